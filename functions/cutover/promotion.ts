import type { FencedShard } from '../migration/fence.ts';
import type { Verdict } from '../replication/group-events.ts';
import { isReadable, type LinkReading, primaryOf, type ServerReading } from '../replication/shard-link.ts';

/** What the nodes, the API and the events say of a promotion, taken together. */
export type PromotionState =
  | { state: 'promoted'; evidence: string }
  | { state: 'refused'; reason: string; evidence: string }
  /** `alarming`: more time will hardly bring the evidence that lacks; a human has to look. */
  | { state: 'pending'; evidence: string; alarming?: true };

export interface PromotionEvidence {
  readings: readonly LinkReading[];
  status: string;
  /** The latest word of the group's events since CompleteMigration was sent. */
  verdict: Verdict | undefined;
  /** How often CompleteMigration was to be sent. */
  sends: number;
  /** Where the source stood under the fence; empty where no fence record tells. */
  fenced: readonly FencedShard[];
  /** An operator has confirmed it, where the history does not prove it. */
  isConfirmed?: boolean;
  /** How long the status has been `available` without a break. */
  availableForMs?: number;
}

/**
 * Judges a promotion. The node itself decides: its role turns before the API's status does. `available` alone proves
 * nothing, since a failed start and an abort end there too; neither does the role alone: a primary that died and came back
 * empty is a master, too. What proves it is a history that goes on from the source's at or behind the fenced offset.
 *
 * A failure event proves a refusal only when CompleteMigration was to be sent once, there is one node group, and its
 * primary still replicates: the event speaks of one call, or of one node group, and whatever else is under way may still
 * be promoted. One failure may also be told by two events, so that they cannot be counted. After a refusal the group
 * stays under migration, and the cutover may be tried again (AWS, Migration-Complete). One promoted shard means that there
 * is no way back.
 *
 * Beside a failure event a promotion is proven only when ElastiCache is done with the group. So is one of a process that was
 * not there under the fence: a replica that is started again from its file, and told to follow nobody, has the history that a
 * promotion leaves (measured on Redis 7.0.15), and ElastiCache may let it follow the source again.
 */
export const judgePromotion = (evidence: PromotionEvidence): PromotionState => {
  const { readings, status, verdict, sends, fenced, isConfirmed } = evidence;
  const primaries = readings.map(({ link, nodes }) => nodes.get(primaryOf(link).cacheClusterId));
  const readable = primaries.filter(isReadable);
  const allRead = readable.length === primaries.length && primaries.length > 0;
  const masters = readable.filter(({ role }) => role === 'master').length;
  const seen = seenOf(primaries.length, readable.length, masters, status, verdict);
  const isFailure = verdict?.outcome === 'failed';

  if (allRead && masters === primaries.length) {
    if (isConfirmed) return { state: 'promoted', evidence: seen };
    const unproven = readings.flatMap((reading) => whyNotContinuing(reading, fenced) ?? []);
    if (unproven.length > 0) return { state: 'pending', evidence: [seen, ...unproven].join('; '), alarming: true };
    const restarted = readings.flatMap((reading) => restartedSince(reading, fenced) ?? []);
    if (restarted.length > 0 && status !== 'available') {
      return { state: 'pending', evidence: [seen, ...restarted].join('; ') };
    }
    if (isFailure && status !== 'available') return { state: 'pending', evidence: seen };
    if (isFailure && fenced.length === 0) return { state: 'pending', evidence: seen, alarming: true };
    return { state: 'promoted', evidence: seen };
  }
  if (allRead && masters === 0 && isFailure && status === 'migrating') {
    if (sends === 1 && primaries.length === 1) {
      return { state: 'refused', reason: `ElastiCache reports: ${verdict.message}`, evidence: seen };
    }
    const why = sends > 1 ? `it was to be sent ${sends} times` : `there are ${primaries.length} node groups`;
    return {
      state: 'pending',
      evidence: `${seen}; ${why}, and what a failure does not speak of may still be promoted`,
    };
  }
  return { state: 'pending', evidence: seen };
};

const seenOf = (
  all: number,
  readable: number,
  masters: number,
  status: string,
  verdict: Verdict | undefined,
): string => {
  const unread = all - readable;
  const roles = `${masters} of ${all} primaries have the role master${unread > 0 ? ` (${unread} cannot be read)` : ''}`;
  return `${roles}, the status is ${status}${verdict ? `; ElastiCache reports: ${verdict.message}` : ''}`;
};

/**
 * Why nothing proves that a primary's history goes on from the source's, with everything that was acknowledged before the
 * fence; undefined when it does, or when no fence record tells. `second_repl_offset` is the first offset of the new history.
 */
export const whyNotContinuing = ({ link, nodes }: LinkReading, fenced: readonly FencedShard[]): string | undefined => {
  const shard = fenced.find(({ nodeGroupId }) => nodeGroupId === link.nodeGroupId);
  if (!shard) return undefined;
  const { previousReplicationId, previousIdUpToOffset = -1 } = nodes.get(
    primaryOf(link).cacheClusterId,
  ) as ServerReading;
  const whose = `the history of node group ${link.nodeGroupId}`;
  if (previousReplicationId !== shard.replicationId)
    return `${whose} does not go on from the source's: its master_replid2 is ${previousReplicationId ?? 'not told'}, the fenced one was ${shard.replicationId}`;
  if (previousIdUpToOffset > shard.fencedOffset) return undefined;
  return `${whose} goes on from offset ${previousIdUpToOffset}, and the source had written up to ${shard.fencedOffset}: acknowledged writes are missing`;
};

/** That a primary is another process than the one which had applied everything; undefined when it is not, or nothing tells. */
const restartedSince = ({ link, nodes }: LinkReading, fenced: readonly FencedShard[]): string | undefined => {
  const { cacheClusterId } = primaryOf(link);
  const applied = fenced.flatMap((shard) => shard.nodes).find((node) => node.cacheClusterId === cacheClusterId);
  const { runId } = (nodes.get(cacheClusterId) as ServerReading).counters;
  const isKnown = applied?.runId !== undefined && runId !== undefined;
  return isKnown && applied.runId !== runId ? `node ${cacheClusterId} was started again since the fence` : undefined;
};

/** The replicas that do not follow their node group's primary with the link up. */
export const unfollowing = (readings: readonly LinkReading[]): string[] =>
  readings.flatMap(({ link, nodes }) =>
    link.nodes
      .filter(({ role }) => role === 'replica')
      .filter(({ cacheClusterId }) => {
        const node = nodes.get(cacheClusterId);
        return !isReadable(node) || node.link?.status !== 'up' || node.link.loading;
      })
      .map(({ cacheClusterId }) => cacheClusterId),
  );
