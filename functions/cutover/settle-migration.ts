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
  dryRunCompleted: 'MigrationDryRunCompleted',
  failed: 'MigrationFailed',
  aborted: 'MigrationAborted',
  timedOut: 'MigrationTimedOut',
};

/** The ends that settlement finds by itself; a good one is recorded by the execution. */
type FoundOutcome = Extract<Outcome, 'failed' | 'aborted' | 'timedOut'>;

const OUTCOMES: Partial<Record<ExecutionStatus, FoundOutcome>> = {
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
    locks: Pick<Locks, 'find' | 'closeToIntents' | 'release'>,
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
    const close = () => locks.closeToIntents(record.replicationGroupId, migrationId);
    // Before the look at what was sent, so that nothing is sent behind it; and after the end is written, for a claim that
    // took the lock in between: one that comes later finds the end.
    await close();
    const doubt = ending && (await sentWithoutProof(locks, record));
    const change = ending && toChange(ending, record, doubt, clock);
    const ended = ending && change ? await migrations.end(migrationId, ending.outcome, change) : record;
    if (!ended?.outcome) throw new MigrationNotFoundError(migrationId);
    await close();
    return {
      state: 'decided',
      // Its own Catch ran after its last task; a stop from outside leaves tasks behind that still act.
      waitSeconds: failure ? 0 : actingTaskSeconds,
      announcement: announce(ended, ended.outcome),
    };
  };

interface Ending {
  outcome: FoundOutcome;
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

const EXPLANATIONS: Record<FoundOutcome, Failure> = {
  failed: { error: 'ExecutionFailed', cause: 'The execution failed without saying why.' },
  aborted: { error: 'ExecutionStopped', cause: 'The execution was stopped from outside.' },
  timedOut: { error: 'States.Timeout', cause: 'The execution ran out of its time.' },
};

/** When CompleteMigration was sent, if nothing has proven the promotion since: the point of no return is passed. */
const sentWithoutProof = async (
  locks: Pick<Locks, 'find'>,
  { migrationId, replicationGroupId, promotedAt }: MigrationRecord,
): Promise<string | undefined> => {
  if (promotedAt) return undefined;
  const lock = await locks.find(replicationGroupId);
  return lock?.owner === migrationId ? lock.intents.complete?.at : undefined;
};

const toChange = (
  { outcome, failure }: Ending,
  { phase }: MigrationRecord,
  doubt: string | undefined,
  clock: Clock,
) => ({
  status: outcome,
  statusReason: `${failure.error} while ${phase}: ${failure.cause}`.slice(0, 2000) + (doubt ? inDoubt(doubt) : ''),
  ...(doubt && { completeSentAt: doubt }),
  phase: 'ended' as const,
  stoppedAt: new Date(clock.now()).toISOString(),
  failure,
});

const inDoubt = (sentAt: string): string =>
  ` CompleteMigration was sent at ${sentAt}, and whether the target was promoted is not known: look at it before anybody writes.`;

const announce = (record: MigrationRecord, outcome: Outcome): Announcement => ({
  detailType: DETAIL_TYPES[outcome],
  correlationId: record.correlationId,
  executionArn: record.executionArn,
  data: {
    replicationGroupId: record.replicationGroupId,
    source: record.request.customerNodeEndpointList[0],
    status: outcome,
    statusReason: record.statusReason,
    ...(record.dryRun && { verdict: record.dryRun.verdict, actions: record.dryRun.actions }),
    ...(record.failure && { failure: record.failure }),
    stoppedAt: record.stoppedAt,
    ...(record.completeSentAt && { completeSentAt: record.completeSentAt }),
    ...(record.promotedAt && { promotedAt: record.promotedAt, ...endpointOf(record) }),
  },
});

const endpointOf = ({ shards }: MigrationRecord) => {
  const primary = shards?.[0]?.nodes.find(({ role }) => role === 'primary');
  return primary ? { endpoint: primary.endpoint } : {};
};
