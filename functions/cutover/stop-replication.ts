import {
  LockLostError,
  TargetNotAvailableError,
  TargetNotMigratingError,
  TransientServiceError,
} from '../migration/errors.ts';
import type { Lock, Locks, Migrations } from '../migration/ports.ts';
import { sentence } from '../migration/sentence.ts';
import type { Clock, Probe, ReplicationGroups } from '../replication/ports.ts';
import type { TaskInput } from '../replication/task-input.ts';
import { makeStopLook, type StopLook } from './stop-look.ts';

export interface StopInput extends TaskInput {
  /** Why the replication is stopped. */
  reason?: string;
}

export interface StopResult {
  /** The group is out of migration. */
  stopped: boolean;
  /** One sentence. */
  why: string;
}

export interface StopSettings {
  /** How often the group is looked at. */
  describeMs: number;
  /** How long one try waits for ElastiCache to be done with it. */
  waitSeconds: number;
}

/**
 * Takes the replication down before anything was promoted: CompleteMigration with Force, which stops the online migration
 * (AWS, Migration-Complete), and waits until the group is out of it. The source is not touched; the target keeps what was
 * copied so far.
 *
 * Only what is certainly ours is stopped: the lock is ours, StartMigration was sent under it and CompleteMigration was not,
 * and the group is still under that migration. Anything else is left alone. The intent is noted and the lock closed before
 * the call: no cutover can begin behind it, and a repeat knows what it has to wait for.
 *
 * @throws TargetRefusedError, TargetNotFoundError
 * @throws TransientServiceError also when the group is still under migration after so long: a repeat waits on
 */
export const makeStopReplication =
  (
    groups: Pick<ReplicationGroups, 'describe' | 'abort'>,
    probe: () => Probe,
    locks: Pick<Locks, 'find' | 'intend' | 'closeToIntents'>,
    migrations: Pick<Migrations, 'update'>,
    clock: Clock,
    { describeMs, waitSeconds }: StopSettings,
  ) =>
  async ({ migrationId, replicationGroupId, source, reason }: StopInput): Promise<StopResult> => {
    const claim = await claimStop(locks, replicationGroupId, migrationId, clock);
    if ('whyNot' in claim) return { stopped: false, why: sentence(claim.whyNot) };

    const redis = probe();
    const look = makeStopLook(groups, redis, clock, replicationGroupId, source);
    const deadlineMs = clock.now() + waitSeconds * 1000;
    try {
      let seen = await look();
      if (!claim.isRepeat && seen.state !== 'ours') return { stopped: false, why: sentence(seen.why) };
      await migrations.update(migrationId, {
        statusReason: sentence(`the online migration is being stopped${reason ? `. ${reason.slice(0, 1500)}` : ''}`),
        phase: 'stopping',
        waitingFor: 'the replication group to be out of migration',
      });
      for (;;) {
        if (seen.state === 'foreign') return { stopped: false, why: sentence(seen.why) };
        if (seen.state === 'out')
          return { stopped: true, why: sentence(`the online migration is stopped: ${seen.why}`) };
        if (seen.state === 'ours') await abort(groups, replicationGroupId);
        if (clock.now() >= deadlineMs) throw stillThere(replicationGroupId, seen, waitSeconds);
        await clock.sleep(describeMs);
        seen = await look();
      }
    } finally {
      redis.close();
    }
  };

/** Makes sure that nothing else is done under the lock from now on. */
const claimStop = async (
  locks: Pick<Locks, 'find' | 'intend' | 'closeToIntents'>,
  replicationGroupId: string,
  migrationId: string,
  clock: Clock,
): Promise<{ isRepeat: boolean } | { whyNot: string }> => {
  const lock = await locks.find(replicationGroupId);
  const before = whyNotOf(lock, migrationId);
  if (before) return { whyNot: before };
  const isRepeat = lock?.intents.stop !== undefined;
  if (!isRepeat) {
    const nowMs = clock.now();
    try {
      const noted = { at: new Date(nowMs).toISOString(), eventsSinceMs: nowMs };
      await locks.intend(replicationGroupId, migrationId, 'stop', noted);
    } catch (error) {
      if (error instanceof LockLostError) return { whyNot: 'settlement has begun' };
      throw error;
    }
  }
  await locks.closeToIntents(replicationGroupId, migrationId);
  // Until the lock was closed a cutover could still be sent.
  const after = whyNotOf(await locks.find(replicationGroupId), migrationId);
  return after ? { whyNot: after } : { isRepeat };
};

const whyNotOf = (lock: Lock | undefined, migrationId: string): string | undefined => {
  if (lock?.owner !== migrationId) return "the replication group's lock is not this migration's";
  if (!lock.intents.start) return 'StartMigration was not sent by this migration';
  return lock.intents.complete ? 'CompleteMigration was sent: from there is no way back' : undefined;
};

/** Sends it again at each look that finds the group as it was: a refusal says that it is already on its way. */
const abort = async (groups: Pick<ReplicationGroups, 'abort'>, replicationGroupId: string): Promise<void> => {
  try {
    await groups.abort(replicationGroupId);
  } catch (error) {
    if (!(error instanceof TargetNotMigratingError || error instanceof TargetNotAvailableError)) throw error;
  }
};

const stillThere = (replicationGroupId: string, { why }: StopLook, waitSeconds: number): TransientServiceError =>
  new TransientServiceError(`Stop of replication group ${replicationGroupId}`, `${waitSeconds} s later ${why}`);
