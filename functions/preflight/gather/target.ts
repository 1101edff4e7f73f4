import type { Facts, TargetCluster, TargetGroup } from '../facts.ts';
import type { TargetDescriptions } from '../ports.ts';
import { factOf, MOOT, valueIn } from './fact.ts';

/** What the API says of the group's members and of their parameters. @throws TransientServiceError */
export const describeMembers = async (
  group: TargetGroup,
  targets: Pick<TargetDescriptions, 'clusters' | 'parameters'>,
): Promise<Pick<Facts, 'clusters' | 'parameters'>> => {
  const clusters = await factOf(() => targets.clusters(group.nodes.map(({ cacheClusterId }) => cacheClusterId)));
  const parameterGroup = parameterGroupOf(valueIn(clusters) ?? []);
  return {
    clusters,
    parameters: parameterGroup === undefined ? MOOT : await factOf(() => targets.parameters(parameterGroup)),
  };
};

/** All members of a group have the same one. */
const parameterGroupOf = (clusters: readonly TargetCluster[]): string | undefined =>
  clusters.find(({ parameterGroup }) => parameterGroup !== undefined)?.parameterGroup;
