import type { FencedShard } from '../migration/fence.ts';
import type { VerificationEpoch } from '../migration/verification.ts';
import { judgeLink } from '../replication/link-state.ts';
import { observe } from '../replication/observe.ts';
import type { Clock, Probe } from '../replication/ports.ts';
import { isReadable, type LinkReading, primaryOf, type ShardLink } from '../replication/shard-link.ts';
import { epochIn, whyOtherEpoch } from '../replication/verified-epoch.ts';

/** Where a shard stood when CompleteMigration was sent. */
export interface ShardPosition {
  nodeGroupId: string;
  replicationId: string;
  sourceOffset: number;
  targetOffset: number;
}

/** Where the shards stood under the fence. */
export const positionsOf = (shards: readonly FencedShard[]): ShardPosition[] =>
  shards.map(({ nodeGroupId, replicationId, fencedOffset, nodes }) => ({
    nodeGroupId,
    replicationId,
    sourceOffset: fencedOffset,
    targetOffset: nodes.find(({ role }) => role === 'primary')?.appliedOffset ?? fencedOffset,
  }));

/** How often the links are looked at before the cutover is given up for now. */
const LOOKS = 10;

/**
 * Looks at the links until every one is in sync at once, ten times at the most.
 *
 * @param verified what the cutover stands on; null when on no verification
 * @returns where the shards stand, or why that was not so; `verifyAgain` when the verification is of another epoch
 */
export const lookForSync = async (
  redis: Probe,
  links: readonly ShardLink[],
  clock: Clock,
  pollMs: number,
  verified: VerificationEpoch | null = null,
): Promise<{ positions: ShardPosition[] } | { whyNot: string; verifyAgain?: true }> => {
  for (let look = 1; ; look++) {
    const readings = await observe(redis, links, clock);
    const behind = readings.map(judgeLink).find(({ phase }) => phase !== 'inSync');
    if (!behind) {
      const epoch = epochIn(readings);
      const whyNot = verified && epoch && whyOtherEpoch(verified, epoch);
      return whyNot ? { whyNot, verifyAgain: true } : { positions: readings.flatMap(positionOf) };
    }
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
