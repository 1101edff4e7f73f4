import { failIfAborted } from '../migration/abort.ts';
import { LockLostError } from '../migration/errors.ts';
import { DEFAULT_CUTOVER } from '../migration/fence.ts';
import type { Locks } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import type { DryRunResult, Failure } from '../migration/record.ts';
import { MigrationNotFoundError } from '../migration/request-errors.ts';
import { sentence } from '../migration/sentence.ts';
import type { Clock } from '../replication/ports.ts';
import type { TaskInput } from '../replication/task-input.ts';
import { plannedActions } from './actions.ts';

export interface CloseDryRunInput extends TaskInput {
  /** What a real run would fail with. */
  failure: Failure | null;
}

export interface ClosedDryRun extends DryRunResult {
  /** ISO 8601. */
  stoppedAt: string;
}

/** As much of a cause fits into a status reason. */
const LONGEST_WHY = 2000;

/**
 * Records what a dry run found out as its good end, then gives the lock back. A repeat answers what stands already.
 *
 * @throws MigrationNotFoundError
 * @throws AbortRequestedError
 * @throws LockLostError when another end stands in the record
 */
export const makeCloseDryRun =
  (migrations: Pick<Migrations, 'find' | 'end'>, locks: Pick<Locks, 'release'>, clock: Clock) =>
  async ({ migrationId, replicationGroupId, source, failure }: CloseDryRunInput): Promise<ClosedDryRun> => {
    const record = await migrations.find(migrationId);
    if (!record) throw new MigrationNotFoundError(migrationId);
    const { preflight, replicationTest, request, cutoverSettings, verification } = record;
    const endsAt = preflight?.verdict === 'passed' ? 'test' : 'preflight';
    const dryRun: DryRunResult = {
      verdict: failure ? 'wouldFail' : 'wouldStart',
      why: failure
        ? sentence(failure.cause).slice(0, LONGEST_WHY)
        : `A real run would start: nothing blocks it, and TestMigration ${replicationTest?.verdict === 'passed' ? 'passed' : 'told of no failure'}.`,
      actions: plannedActions({
        replicationGroupId,
        source,
        cutover: cutoverSettings ?? { ...DEFAULT_CUTOVER, ...request.cutover },
        verification: verification?.mode ?? 'none',
        figures: preflight?.figures ?? {},
        ...(failure && { endsAt }),
        ...(preflight?.waivers.includes('fence-not-durable') && { keepsNothing: true }),
        ...(record.apiOnly && { apiOnly: true }),
      }),
    };
    const ended = await migrations.end(migrationId, 'dryRunCompleted', {
      status: 'dryRunCompleted',
      statusReason: dryRun.why,
      phase: 'ended',
      stoppedAt: new Date(clock.now()).toISOString(),
      dryRun,
    });
    if (!ended?.outcome) failIfAborted(ended);
    await locks.release(replicationGroupId, migrationId);
    if (!ended?.dryRun || !ended.stoppedAt) throw new LockLostError(replicationGroupId, migrationId);
    return { ...ended.dryRun, stoppedAt: ended.stoppedAt };
  };
