import { AbortRequestedError } from '../migration/errors.ts';
import type { JudgedIntent, Locks } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import type { MigrationRecord } from '../migration/record.ts';
import { MigrationNotFoundError } from '../migration/request-errors.ts';
import type { Clock, ReplicationGroups } from '../replication/ports.ts';
import type { LiftFence } from './lift-fence.ts';
import type { Witness } from './witness.ts';

export interface LiftInput {
  migrationId: string;
  /** One sentence. */
  because: string;
  /** The CompleteMigration that ElastiCache has refused; absent where none was sent. */
  refused?: JudgedIntent | null;
}

/**
 * `sent`: it is not certain that nothing is promoted any more; the fence stands. `aborted`: nothing is promoted any more,
 * and settlement, which an abort has called, lifts the fence.
 */
export type LiftResult =
  | { outcome: 'lifted' }
  | { outcome: 'sent'; why: string }
  | { outcome: 'aborted'; error: string; why: string };

/**
 * Lifts the fence, also after ElastiCache has refused the promotion. Then every node is looked at once more: a master among
 * them, or one that cannot be read, leaves the fence where it is. The intent is taken back only if it is the very one that
 * was judged; one that was noted or sent again since may still promote.
 *
 * @throws MigrationNotFoundError
 * @throws TargetNotFoundError
 * @throws TransientServiceError also while a node cannot be reached: a repeat goes on
 */
export const makeLiftRefused =
  (
    groups: Pick<ReplicationGroups, 'describe'>,
    witness: Pick<Witness, 'whyNotRefused'>,
    locks: Pick<Locks, 'find' | 'withdraw' | 'disarm'>,
    migrations: Pick<Migrations, 'find' | 'update' | 'clearCutoverRequest'>,
    lift: LiftFence,
    clock: Clock,
  ) =>
  async ({ migrationId, because, refused }: LiftInput): Promise<LiftResult> => {
    if (!refused) {
      await lift({ migrationId, because });
      return { outcome: 'lifted' };
    }
    const record = await migrations.find(migrationId);
    if (!record) throw new MigrationNotFoundError(migrationId);
    // Without a fence that shows it: an operator has ended the doubt about this very promotion, and the watch tells that.
    if (record.apiOnly && (record.unfencedAt ?? '') >= refused.at) {
      return { outcome: 'sent', why: `an operator has given the promotion up at ${record.unfencedAt}` };
    }
    const [source] = record.request.customerNodeEndpointList;
    const why = await witness.whyNotRefused(await groups.describe(record.replicationGroupId), source);
    if (why) return { outcome: 'sent', why };
    if (!(await locks.withdraw(record.replicationGroupId, migrationId, 'complete', refused))) {
      return {
        outcome: 'sent',
        why: 'CompleteMigration was sent again since, or an operator has confirmed the promotion',
      };
    }
    // Before the lift: a try of the cutover that was given up, and wakes now, finds that nobody asks for it any more.
    await migrations.clearCutoverRequest(migrationId, { at: new Date(clock.now()).toISOString(), reason: because });
    if ((await locks.disarm(record.replicationGroupId, migrationId)) === 'sent') {
      return { outcome: 'sent', why: 'another try of the cutover has sent CompleteMigration since' };
    }
    const aborted = await abortOf(locks, await migrations.find(migrationId));
    if (aborted) return { outcome: 'aborted', error: aborted.name, why: aborted.message };
    // A node that is gone keeps the lift for hours: until then the migration can be aborted, and is to say so.
    await migrations.update(migrationId, {
      status: 'syncing',
      statusReason: `ElastiCache has refused the cutover, and the fence is being lifted: ${because}.`,
      phase: 'inSync',
      waitingFor: 'every node of the source to take writes again',
    });
    await lift({ migrationId, because });
    await migrations.update(migrationId, {
      status: 'syncing',
      statusReason: `The cutover was backed out: ${because}.`,
      phase: 'inSync',
      waitingFor: 'the next step',
    });
    return { outcome: 'lifted' };
  };

/** An abort that was taken has closed the lock; one that came too late stands in the record alone, until its own request takes it back. */
const abortOf = async (
  locks: Pick<Locks, 'find'>,
  record: MigrationRecord | undefined,
): Promise<AbortRequestedError | undefined> => {
  if (!record?.abort) return undefined;
  const lock = await locks.find(record.replicationGroupId);
  if (lock?.owner !== record.migrationId || !lock.closed) return undefined;
  return new AbortRequestedError(record.migrationId, record.abort);
};
