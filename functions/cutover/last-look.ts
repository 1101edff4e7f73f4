import type { Endpoint } from '../migration/record.ts';
import { judgeLink } from '../replication/link-state.ts';
import { linksOf, observe } from '../replication/observe.ts';
import type { Clock, Probe, ReplicationGroup } from '../replication/ports.ts';
import { isReadable, type LinkReading, primaryOf } from '../replication/shard-link.ts';

/** Where a shard stood when CompleteMigration was sent. */
export interface ShardPosition {
  nodeGroupId: string;
  replicationId: string;
  sourceOffset: number;
  targetOffset: number;
}

/** How often the links are looked at before the cutover is given up for now. */
const LOOKS = 10;

/**
 * Looks at the links until every one is in sync at once, ten times at the most.
 *
 * @returns where the shards stand, or why that was not so
 * @throws TransientServiceError when the API shows no nodes
 */
export const lookForSync = async (
  redis: Probe,
  group: ReplicationGroup,
  source: Endpoint,
  clock: Clock,
  pollMs: number,
): Promise<{ positions: ShardPosition[] } | { whyNot: string }> => {
  const links = linksOf(group, source);
  for (let look = 1; ; look++) {
    const readings = await observe(redis, links, clock);
    const behind = readings.map(judgeLink).find(({ phase }) => phase !== 'inSync');
    if (!behind) return { positions: readings.flatMap(positionOf) };
    if (look === LOOKS) return { whyNot: behind.why };
    await clock.sleep(pollMs);
  }
};

const positionOf = ({ link, source, nodes, laterOffset }: LinkReading): ShardPosition[] => {
  const target = nodes.get(primaryOf(link).cacheClusterId);
  if (!isReadable(source) || !isReadable(target)) return [];
  return [
    {
      nodeGroupId: link.nodeGroupId,
      replicationId: source.replicationId,
      sourceOffset: source.offset,
      targetOffset: laterOffset ?? target.offset,
    },
  ];
};
