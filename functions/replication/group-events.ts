import type { Clock, GroupEvent, ReplicationGroups } from './ports.ts';

export interface Verdict {
  outcome: 'succeeded' | 'failed';
  message: string;
  atMs: number;
}

/**
 * What the group's events say of a migration: the latest word.
 *
 * AWS documents three texts and leaves the failures' wording open, so a text is judged by its words: it must speak of a
 * migration and of success or failure. `Complete Migration successful for <group>` and `Migration operation succeeded
 * for replication group <name>.` are the documented successes (Migration-Complete, Migration-Console). Neither the
 * group's own name counts (it may be `failover-test`), nor the words `replication group`: snapshots have them too.
 */
export const verdictOf = (events: readonly GroupEvent[], replicationGroupId: string): Verdict | undefined => {
  for (const { message, atMs } of [...events].sort((a, b) => b.atMs - a.atMs)) {
    const words = message.replaceAll(naming(replicationGroupId), '');
    if (!ON_MIGRATIONS.test(words)) continue;
    if (FAILED.test(words)) return { outcome: 'failed', message, atMs };
    if (SUCCEEDED.test(words)) return { outcome: 'succeeded', message, atMs };
  }
  return undefined;
};

/** The group's id, or one of its nodes', where a sentence names it. */
const naming = (replicationGroupId: string): RegExp =>
  new RegExp(`(?<=\\b(?:for|of|group|id|node|cluster)\\s+['"]?)${replicationGroupId}(?:-\\d+)*(?![\\w-])`, 'gi');

const ON_MIGRATIONS = /migrat|replicat(?!ion ?group)/i;
const FAILED =
  /\bfail(?!over)|\bun(?:successful|able)|\b(?:not|without)\s+(?:\w+\s+)?succe|could ?n[o']t|cannot|can't|not in sync|not synchron|\berrors?\b|\btimed out|\babort|\bcancel|\breject/i;
const SUCCEEDED = /\bsucce(?:ss|ed)/i;

/** A refusal that leaves the replication running: it may be tried again (Migration-Complete). */
export const saysNotInSync = (message: string): boolean =>
  /not in sync|not synchron|undergoing replacement/i.test(message);

/** ElastiCache's clock and ours may differ by so much. */
const LARGEST_SKEW_MS = 60_000;

/**
 * From when on the group's events are about a call that is now to be sent: right behind the last event that is there
 * before. Our own clock would not do: an event of an earlier call, seconds ago, would be taken for the answer to this one.
 *
 * @returns milliseconds since the epoch, by ElastiCache's clock
 */
export const eventsFromNow = async (
  groups: Pick<ReplicationGroups, 'eventsSince'>,
  replicationGroupId: string,
  clock: Clock,
): Promise<number> => {
  const sinceMs = clock.now() - LARGEST_SKEW_MS;
  return (await groups.eventsSince(replicationGroupId, sinceMs)).reduce(
    (ms, { atMs }) => Math.max(ms, atMs + 1),
    sinceMs,
  );
};
