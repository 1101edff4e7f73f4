import {
  isRefusal,
  MigrationEndedElsewhereError,
  TargetNotAvailableError,
  TargetNotMigratingError,
} from '../migration/errors.ts';
import type { Locks, Migrations } from '../migration/ports.ts';
import { sentence } from '../migration/sentence.ts';
import type { VerificationEpoch } from '../migration/verification.ts';
import { eventsFromNow } from '../replication/group-events.ts';
import type { Clock, Probe, ReplicationGroups } from '../replication/ports.ts';
import type { TaskInput } from '../replication/task-input.ts';
import { lookForSync, type ShardPosition } from './last-look.ts';

export interface CompleteInput extends TaskInput {
  /** Of the verification that the cutover stands on; null or absent when it stands on none. */
  epoch?: VerificationEpoch | null;
}

/** `verifyAgain`: what was verified says nothing of what the target holds now. */
export type CompleteResult =
  | { outcome: 'sent'; sentAt: string; eventsSinceMs: number; positions: ShardPosition[] }
  | { outcome: 'backedOut'; reason: string; eventsSinceMs: number; verifyAgain?: true };

/**
 * The point of no return: sends CompleteMigration, without Force, when every link is in sync. The intent is noted in the
 * lock before; a repeat of this task finds it, does not judge the links again (they may be gone because it worked), and
 * sends the call again, which then answers that there is nothing to complete.
 *
 * @throws LockLostError before anything is sent
 * @throws MigrationEndedElsewhereError, TargetRefusedError, TargetNotFoundError, TransientServiceError
 */
export const makeCompleteReplication =
  (
    groups: Pick<ReplicationGroups, 'describe' | 'complete' | 'eventsSince'>,
    probe: () => Probe,
    locks: Pick<Locks, 'intend' | 'withdraw' | 'find'>,
    migrations: Pick<Migrations, 'update' | 'clearCutoverRequest'>,
    clock: Clock,
    { pollMs }: { pollMs: number },
  ) =>
  async ({ migrationId, replicationGroupId, source, epoch }: CompleteInput): Promise<CompleteResult> => {
    const standing = await migrations.update(migrationId, {
      status: 'cuttingOver',
      statusReason: 'The links are looked at once more before CompleteMigration is sent.',
      phase: 'completing',
      waitingFor: 'every link to be in sync',
    });
    const isoNow = () => new Date(clock.now()).toISOString();
    const eventsSinceMs = await eventsFromNow(groups, replicationGroupId, clock);
    const backOut = async (reason: string, verifyAgain?: true): Promise<CompleteResult> => {
      await migrations.clearCutoverRequest(migrationId, { at: isoNow(), reason: sentence(reason) });
      await migrations.update(migrationId, {
        status: 'syncing',
        statusReason: `The cutover was backed out: ${reason}.`,
      });
      return { outcome: 'backedOut', reason, eventsSinceMs, ...(verifyAgain && { verifyAgain }) };
    };

    const lock = await locks.find(replicationGroupId);
    const sentBefore = lock?.owner === migrationId && lock.intents.complete !== undefined;
    let positions: ShardPosition[] = [];
    if (!sentBefore) {
      const group = await groups.describe(replicationGroupId);
      const redis = probe();
      const found = await lookForSync(redis, group, source, clock, pollMs, epoch).finally(() => redis.close());
      if ('whyNot' in found) return await backOut(found.whyNot, found.verifyAgain);
      ({ positions } = found);
    }

    // Between the intent and the call is nothing that can fail: a repeat that finds the intent has reason to think it sent.
    await migrations.update(migrationId, {
      statusReason: 'CompleteMigration is being sent: from here there is no way back.',
      phase: 'promoting',
      waitingFor: 'the primary to be promoted',
      ...(!sentBefore && { progress: { ...standing?.progress, lagBytes: 0, asOf: isoNow() } }),
    });
    const intent = await locks.intend(replicationGroupId, migrationId, 'complete', { at: isoNow(), eventsSinceMs });
    try {
      await groups.complete(replicationGroupId);
    } catch (error) {
      // After a transient fault nobody knows whether it took effect, and a refused repeat says nothing of the first try.
      if (!isRefusal(error)) throw error;
      if (intent.fresh) {
        await locks.withdraw(replicationGroupId, migrationId, 'complete');
        if (error instanceof TargetNotAvailableError) return await backOut(error.message);
        if (error instanceof TargetNotMigratingError) {
          throw new MigrationEndedElsewhereError(replicationGroupId, error.message);
        }
        throw error;
      }
      const nothingToComplete = error instanceof TargetNotMigratingError || error instanceof TargetNotAvailableError;
      if (!nothingToComplete) throw error;
    }
    return { outcome: 'sent', sentAt: intent.at, eventsSinceMs: intent.eventsSinceMs, positions };
  };
