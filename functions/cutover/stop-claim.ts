import { LockLostError } from '../migration/errors.ts';
import type { Lock, Locks, NotedIntent } from '../migration/ports.ts';
import type { Clock } from '../replication/ports.ts';

/**
 * Notes in the lock that the replication is to be stopped, and closes it: nothing else is done under it from now on.
 *
 * @returns the intent, `fresh` when no try was there before, or why the replication is not to be stopped
 */
export const claimStop = async (
  locks: Pick<Locks, 'find' | 'intend' | 'closeToIntents'>,
  replicationGroupId: string,
  migrationId: string,
  clock: Clock,
): Promise<(NotedIntent & { fresh: boolean }) | { whyNot: string }> => {
  const lock = await locks.find(replicationGroupId);
  const before = whyNotOf(lock, migrationId);
  if (before) return { whyNot: before };
  const earlier = lock?.intents.stop;
  const intent = earlier
    ? { ...earlier, fresh: false }
    : await intendStop(locks, replicationGroupId, migrationId, clock.now());
  if (!intent) return { whyNot: 'settlement has begun' };
  await locks.closeToIntents(replicationGroupId, migrationId);
  // Until the lock was closed a cutover could still be sent.
  const after = whyNotOf(await locks.find(replicationGroupId), migrationId);
  return after ? { whyNot: after } : intent;
};

const intendStop = async (
  locks: Pick<Locks, 'intend'>,
  replicationGroupId: string,
  migrationId: string,
  nowMs: number,
): Promise<(NotedIntent & { fresh: boolean }) | undefined> => {
  const noted = { at: new Date(nowMs).toISOString(), eventsSinceMs: nowMs };
  try {
    return await locks.intend(replicationGroupId, migrationId, 'stop', noted);
  } catch (error) {
    if (error instanceof LockLostError) return undefined;
    throw error;
  }
};

const whyNotOf = (lock: Lock | undefined, migrationId: string): string | undefined => {
  if (lock?.owner !== migrationId) return "the replication group's lock is not this migration's";
  if (!lock.intents.start) return 'StartMigration was not sent by this migration';
  return lock.intents.complete ? 'CompleteMigration was sent: from there is no way back' : undefined;
};
