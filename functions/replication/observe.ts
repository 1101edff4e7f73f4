import { TransientServiceError } from '../migration/errors.ts';
import type { Endpoint } from '../migration/record.ts';
import type { Clock, Probe, ReplicationGroup } from './ports.ts';
import { isReadable, type LinkReading, primaryOf, type Reading, type ShardLink } from './shard-link.ts';

/** How long a primary that is behind is given before its offset is read again: "a moment". */
const A_MOMENT_MS = 100;

/**
 * The links of a group to its source: one a node group, so one for cluster mode disabled.
 *
 * @throws TransientServiceError when the API shows no nodes: no links at all would look as if all of them were in sync
 */
export const linksOf = (
  { replicationGroupId, status, nodeGroups }: ReplicationGroup,
  source: Endpoint,
): ShardLink[] => {
  if (nodeGroups.length === 0 || nodeGroups.some(({ nodes }) => nodes.length === 0)) {
    const what = `DescribeReplicationGroups of replication group ${replicationGroupId}`;
    throw new TransientServiceError(what, `it shows no nodes, and the status ${status}`);
  }
  return nodeGroups.map(({ nodeGroupId, nodes }) => ({ nodeGroupId, source, nodes }));
};

/**
 * Reads every link: the source first, then the nodes, so that a target whose offset has reached the source's was behind
 * by less than the time between the two. Under a stream of writes that is never quite so at the first look: a primary
 * that is behind is read again a moment later, against the same offset of the source.
 */
export const observe = (probe: Probe, links: readonly ShardLink[], clock: Clock): Promise<LinkReading[]> =>
  Promise.all(
    links.map(async (link) => {
      const source = await probe.read(link.source);
      const readings = await Promise.all(
        link.nodes.map(async ({ cacheClusterId, endpoint }) => [cacheClusterId, await probe.read(endpoint)] as const),
      );
      const nodes = new Map<string, Reading>(readings);
      const primary = primaryOf(link);
      if (!isBehind(source, nodes.get(primary.cacheClusterId))) return { link, source, nodes };
      await clock.sleep(A_MOMENT_MS);
      const later = await probe.read(primary.endpoint);
      return { link, source, nodes, ...(isReadable(later) && { laterOffset: later.offset }) };
    }),
  );

const isBehind = (source: Reading, target: Reading | undefined): boolean =>
  isReadable(source) &&
  isReadable(target) &&
  target.link?.status === 'up' &&
  source.replicationId === target.replicationId &&
  source.offset > target.offset;
