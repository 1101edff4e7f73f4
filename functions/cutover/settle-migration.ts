import type { ExecutionStatus, Locks, Migrations, Workflow } from '../migration/ports.ts';
import type { Failure, MigrationRecord } from '../migration/record.ts';
import { MigrationNotFoundError } from '../migration/request-errors.ts';
import type { Outcome } from '../migration/status.ts';
import type { Clock } from '../replication/ports.ts';

export interface SettleInput {
  migrationId: string;
  step: 'decide' | 'release' | 'conclude';
  /** Handed over by the execution's own Catch. */
  failure?: Failure;
}

export type SettleResult =
  | { state: 'running' }
  | { state: 'settled' }
  | { state: 'released' }
  | {
      state: 'decided';
      /** How long tasks that act on the group may still run, in seconds. */
      waitSeconds: number;
      announcement: Announcement;
    };

export interface Announcement {
  detailType: string;
  correlationId: string;
  executionArn: string;
  data: Record<string, unknown>;
}

const DETAIL_TYPES: Record<Outcome, string> = {
  completed: 'MigrationCompleted',
  failed: 'MigrationFailed',
  aborted: 'MigrationAborted',
  timedOut: 'MigrationTimedOut',
};

const OUTCOMES: Partial<Record<ExecutionStatus, Outcome>> = {
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
  ABORTED: 'aborted',
};

/**
 * Settlement, in three steps that can each be repeated and may run in several executions at once.
 *
 * `decide` records how the migration ended (the first writer wins) and closes the lock to new intents; `release` gives
 * the lock back, after tasks that a stopped execution left behind have died; `conclude`, after the announcement, marks
 * the migration as settled.
 *
 * @throws MigrationNotFoundError
 * @throws TransientServiceError
 */
export const makeSettleMigration =
  (
    migrations: Pick<Migrations, 'find' | 'end' | 'markSettled'>,
    locks: Pick<Locks, 'closeToIntents' | 'release'>,
    workflow: Pick<Workflow, 'describe'>,
    clock: Clock,
    { actingTaskSeconds }: { actingTaskSeconds: number },
  ) =>
  async ({ migrationId, step, failure }: SettleInput): Promise<SettleResult> => {
    const record = await migrations.find(migrationId);
    if (!record) throw new MigrationNotFoundError(migrationId);
    if (step === 'release') {
      await locks.release(record.replicationGroupId, migrationId);
      return { state: 'released' };
    }
    if (step === 'conclude') {
      await migrations.markSettled(migrationId);
      return { state: 'settled' };
    }
    if (!record.unsettled) return { state: 'settled' };

    const ending = record.outcome ? undefined : await findEnding(workflow, record, failure);
    if (!record.outcome && !ending) return { state: 'running' };
    const ended = ending ? await migrations.end(migrationId, ending.outcome, toChange(ending, record, clock)) : record;
    if (!ended?.outcome) throw new MigrationNotFoundError(migrationId);
    await locks.closeToIntents(record.replicationGroupId, migrationId);
    return {
      state: 'decided',
      // Its own Catch ran after its last task; a stop from outside leaves tasks behind that still act.
      waitSeconds: failure ? 0 : actingTaskSeconds,
      announcement: announce(ended, ended.outcome),
    };
  };

interface Ending {
  outcome: Outcome;
  failure: Failure;
}

const findEnding = async (
  workflow: Pick<Workflow, 'describe'>,
  { executionArn }: MigrationRecord,
  failure: Failure | undefined,
): Promise<Ending | undefined> => {
  if (failure) return { outcome: 'failed', failure };
  const execution = await workflow.describe(executionArn);
  if (!execution) {
    return { outcome: 'failed', failure: { error: 'NeverStarted', cause: 'Its execution was never started.' } };
  }
  const outcome = OUTCOMES[execution.status];
  if (!outcome) return undefined;
  const error = execution.error ?? EXPLANATIONS[outcome].error;
  return { outcome, failure: { error, cause: execution.cause ?? EXPLANATIONS[outcome].cause } };
};

const EXPLANATIONS: Record<Outcome, Failure> = {
  completed: { error: '', cause: '' },
  failed: { error: 'ExecutionFailed', cause: 'The execution failed without saying why.' },
  aborted: { error: 'ExecutionStopped', cause: 'The execution was stopped from outside.' },
  timedOut: { error: 'States.Timeout', cause: 'The execution ran out of its time.' },
};

const toChange = ({ outcome, failure }: Ending, { phase }: MigrationRecord, clock: Clock) => ({
  status: outcome,
  statusReason: `${failure.error} while ${phase}: ${failure.cause}`.slice(0, 2000),
  phase: 'ended' as const,
  stoppedAt: new Date(clock.now()).toISOString(),
  failure,
});

const announce = (record: MigrationRecord, outcome: Outcome): Announcement => ({
  detailType: DETAIL_TYPES[outcome],
  correlationId: record.correlationId,
  executionArn: record.executionArn,
  data: {
    replicationGroupId: record.replicationGroupId,
    source: record.request.customerNodeEndpointList[0],
    status: outcome,
    statusReason: record.statusReason,
    ...(record.failure && { failure: record.failure }),
    stoppedAt: record.stoppedAt,
  },
});
