import { TargetAlreadyMigratingError, TargetNotAvailableError, TransientServiceError } from '../migration/errors.ts';
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
    const intent = await locks.intend(replicationGroupId, migrationId, 'start', {
      at: new Date(clock.now()).toISOString(),
      eventsSinceMs: await eventsFromNow(groups, replicationGroupId, clock),
    });
    await migrations.update(migrationId, {
      status: 'starting',
      statusReason: 'StartMigration is sent.',
      phase: 'starting',
      waitingFor: 'ElastiCache to take the request',
      startedAt: intent.at,
    });
    try {
      await groups.start(replicationGroupId, source);
    } catch (error) {
      const alreadyStarted = error instanceof TargetAlreadyMigratingError || error instanceof TargetNotAvailableError;
      if (intent.fresh || !alreadyStarted) {
        // A refusal took no effect; after a transient fault nobody knows, and the intent must stand.
        if (!(error instanceof TransientServiceError)) await locks.withdraw(replicationGroupId, migrationId, 'start');
        throw error;
      }
    }
    await migrations.update(migrationId, {
      status: 'syncing',
      statusReason: 'ElastiCache has accepted StartMigration.',
      phase: 'connecting',
      waitingFor: 'the primary to become a replica of the source',
    });
    return { startedAt: intent.at, eventsSinceMs: intent.eventsSinceMs };
  };
