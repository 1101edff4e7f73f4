import type { Lock, Locks, NotedIntent } from '../migration/lock-ports.ts';
import type { Clock } from '../replication/ports.ts';

export interface StopClaim extends NotedIntent {
  /** No try was there before. */
  fresh: boolean;
  /** ISO 8601: when StartMigration was to be sent. */
  startAt: string;
  /** Milliseconds since the epoch, by ElastiCache's clock: events from here on are of the time since then. */
  startEventsSinceMs: number;
}

/**
 * Notes in the lock that the replication is to be stopped, and closes it, if settlement has not: nothing else is done under
 * it from now on.
 *
 * @returns the intent, or why the replication is not to be stopped
 */
export const claimStop = async (
  locks: Pick<Locks, 'find' | 'intend' | 'closeToIntents'>,
  replicationGroupId: string,
  migrationId: string,
  clock: Clock,
): Promise<StopClaim | { whyNot: string }> => {
  const lock = await locks.find(replicationGroupId);
  const before = whyNotOf(lock, migrationId);
  if (before) return { whyNot: before };
  const noted = { at: new Date(clock.now()).toISOString(), eventsSinceMs: clock.now() };
  const earlier = lock?.intents.stop;
  const intent = earlier
    ? { ...earlier, fresh: false }
    : await locks.intend(replicationGroupId, migrationId, 'stop', noted);
  await locks.closeToIntents(replicationGroupId, migrationId);
  // Until the lock was closed a cutover could still be sent.
  const closed = await locks.find(replicationGroupId);
  const after = whyNotOf(closed, migrationId);
  if (after) return { whyNot: after };
  const start = closed?.intents.start ?? noted;
  return { ...intent, startAt: start.at, startEventsSinceMs: start.eventsSinceMs };
};

const whyNotOf = (lock: Lock | undefined, migrationId: string): string | undefined => {
  if (lock?.owner !== migrationId) return "the replication group's lock is not this migration's";
  if (!lock.intents.start) return 'StartMigration was not sent by this migration';
  return lock.intents.complete ? 'CompleteMigration was sent: from there is no way back' : undefined;
};
