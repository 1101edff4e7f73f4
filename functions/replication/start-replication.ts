import { isRefusal, TargetAlreadyMigratingError, TargetNotAvailableError } from '../migration/errors.ts';
import type { Locks, Migrations } from '../migration/ports.ts';
import { eventsFromNow } from './group-events.ts';
import type { Clock, ReplicationGroups } from './ports.ts';
import type { TaskInput } from './task-input.ts';

/**
 * Calls StartMigration. The intent is noted in the lock before the call, so a repeat of this task knows that an earlier
 * try may have taken effect although its answer was lost: then "already under migration" means ours, because nobody else
 * can hold the lock. Met at the first try it means somebody else's, and that is left alone. Should somebody outside this
 * service have slipped in between two tries, the watch finds the foreign replication id.
 *
 * @throws TargetAlreadyMigratingError, TargetNotAvailableError, TargetRefusedError, TargetNotFoundError
 * @throws LockLostError before anything is sent
 * @throws TransientServiceError when it is not known whether the call took effect
 */
export const makeStartReplication =
  (
    groups: Pick<ReplicationGroups, 'start' | 'eventsSince'>,
    locks: Pick<Locks, 'intend' | 'withdraw'>,
    migrations: Pick<Migrations, 'update'>,
    clock: Clock,
  ) =>
  async ({
    migrationId,
    replicationGroupId,
    source,
  }: TaskInput): Promise<{ startedAt: string; eventsSinceMs: number }> => {
    await migrations.update(migrationId, {
      status: 'starting',
      statusReason: 'StartMigration is being sent.',
      phase: 'starting',
      waitingFor: 'ElastiCache to take the request',
    });
    const eventsSinceMs = await eventsFromNow(groups, replicationGroupId, clock);
    const at = new Date(clock.now()).toISOString();
    // Between the intent and the call is nothing that can fail: a repeat that finds the intent has reason to think it sent.
    const intent = await locks.intend(replicationGroupId, migrationId, 'start', { at, eventsSinceMs });
    try {
      await groups.start(replicationGroupId, source);
    } catch (error) {
      const isThere = error instanceof TargetAlreadyMigratingError || error instanceof TargetNotAvailableError;
      if (intent.fresh || !isThere) {
        // After a transient fault nobody knows whether it took effect, and a refused repeat says nothing of the first try.
        if (intent.fresh && isRefusal(error)) await locks.withdraw(replicationGroupId, migrationId, 'start');
        throw error;
      }
    }
    await migrations.update(migrationId, {
      status: 'syncing',
      statusReason: 'ElastiCache has accepted StartMigration.',
      phase: 'connecting',
      waitingFor: 'the primary to become a replica of the source',
      startedAt: intent.at,
    });
    return { startedAt: intent.at, eventsSinceMs: intent.eventsSinceMs };
  };
