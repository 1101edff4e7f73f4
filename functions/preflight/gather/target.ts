import type { Facts, TargetCluster, TargetGroup } from '../facts.ts';
import type { TargetDescriptions } from '../ports.ts';
import { factOf, unreadable, valueIn } from './fact.ts';

/** What the API says of the group's members and of their parameters. @throws TransientServiceError */
export const describeMembers = async (
  group: TargetGroup,
  targets: Pick<TargetDescriptions, 'clusters' | 'parameters'>,
  beganMs: number,
): Promise<Pick<Facts, 'clusters' | 'parameters'>> => {
  const members = new Set([...group.nodes.map(({ cacheClusterId }) => cacheClusterId), ...group.memberClusters]);
  const clusters = await factOf(() => targets.clusters([...members], beganMs));
  const parameterGroup = parameterGroupOf(valueIn(clusters) ?? []);
  return {
    clusters,
    // Not moot: what says that the clusters could not be read does not name the checks of the parameters.
    parameters:
      parameterGroup === undefined
        ? unreadable('DescribeCacheClusters tells no parameter group')
        : await factOf(() => targets.parameters(parameterGroup)),
  };
};

/** All members of a group have the same one. */
const parameterGroupOf = (clusters: readonly TargetCluster[]): string | undefined =>
  clusters.find(({ parameterGroup }) => parameterGroup !== undefined)?.parameterGroup;
