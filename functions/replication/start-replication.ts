import { failIfAborted } from '../migration/abort.ts';
import {
  isRefusal,
  PreflightMissingError,
  PreflightOutdatedError,
  TargetAlreadyMigratingError,
  TargetNotAvailableError,
} from '../migration/errors.ts';
import type { Locks } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import type { MigrationRecord } from '../migration/record.ts';
import { eventsFromNow } from './group-events.ts';
import type { Clock, ReplicationGroups } from './ports.ts';
import type { TaskInput } from './task-input.ts';

/** TestReplication, which comes in between, takes minutes; with its repeats it can take hours. */
const PREFLIGHT_HOLDS_MS = 3_600_000;

/**
 * Calls StartMigration, if the record shows a preflight that has passed and is recent; the machine's order is not relied
 * on for that. A repeat whose first try may have sent it is not refused for the preflight's age: to give up there would
 * leave behind a migration that nobody watches. The intent is noted in the lock before the call, so a repeat of this task knows that an earlier
 * try may have taken effect although its answer was lost: then "already under migration" means ours, because nobody else
 * can hold the lock. Met at the first try it means somebody else's, and that is left alone. Should somebody outside this
 * service have slipped in between two tries, the watch finds the foreign replication id.
 *
 * @throws PreflightMissingError, PreflightOutdatedError before anything is sent
 * @throws TargetAlreadyMigratingError, TargetNotAvailableError, TargetRefusedError, TargetNotFoundError
 * @throws LockLostError before anything is sent
 * @throws AbortRequestedError whether an earlier try has sent it or not: settlement stops what was begun
 * @throws TransientServiceError when it is not known whether the call took effect
 */
export const makeStartReplication =
  (
    groups: Pick<ReplicationGroups, 'start' | 'eventsSince'>,
    locks: Pick<Locks, 'find' | 'intend' | 'withdraw'>,
    migrations: Pick<Migrations, 'update'>,
    clock: Clock,
  ) =>
  async ({
    migrationId,
    replicationGroupId,
    source,
  }: TaskInput): Promise<{ startedAt: string; eventsSinceMs: number }> => {
    const record = await migrations.update(migrationId, {
      status: 'starting',
      statusReason: 'StartMigration is being sent.',
      phase: 'starting',
      waitingFor: 'ElastiCache to take the request',
    });
    failIfAborted(record);
    mustHavePassed(record, replicationGroupId);
    const lock = await locks.find(replicationGroupId);
    const isRepeat = lock?.owner === migrationId && lock.intents.start !== undefined;
    if (!isRepeat) mustBeRecent(record, replicationGroupId, clock.now());
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

const mustHavePassed: (
  record: MigrationRecord | undefined,
  replicationGroupId: string,
) => asserts record is MigrationRecord & { preflight: object } = (record, replicationGroupId) => {
  const missing = (found: string) => new PreflightMissingError(replicationGroupId, found);
  if (!record) throw missing('there is no record of the migration');
  if (record.request.dryRun) throw missing('a dry run was asked for');
  if (!record.preflight) throw missing('no preflight was made');
  if (record.preflight.verdict !== 'passed') throw missing(`its preflight has ${record.preflight.verdict}`);
};

const mustBeRecent = (
  { preflight }: MigrationRecord & { preflight: object },
  replicationGroupId: string,
  nowMs: number,
): void => {
  // Of a time that nobody can read, nobody knows that it is recent.
  const isRecent = nowMs - Date.parse(preflight.checkedAt) <= PREFLIGHT_HOLDS_MS;
  if (!isRecent) throw new PreflightOutdatedError(replicationGroupId, preflight.checkedAt);
};
