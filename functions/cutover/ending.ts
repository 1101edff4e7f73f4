import type { ExecutionStatus, Workflow } from '../migration/ports.ts';
import type { Failure, MigrationRecord } from '../migration/record.ts';
import type { Outcome } from '../migration/status.ts';

/** The ends that settlement finds by itself; a good one is recorded by the execution. */
export type FoundOutcome = Extract<Outcome, 'failed' | 'aborted' | 'timedOut'>;

/** How an execution ended. What becomes of the migration is known only when the world is safe. */
export interface Ending {
  outcome: FoundOutcome;
  failure: Failure;
}

const OUTCOMES: Partial<Record<ExecutionStatus, FoundOutcome>> = {
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
  ABORTED: 'aborted',
};

const EXPLANATIONS: Record<FoundOutcome, Failure> = {
  failed: { error: 'ExecutionFailed', cause: 'The execution failed without saying why.' },
  aborted: { error: 'ExecutionStopped', cause: 'The execution was stopped from outside.' },
  timedOut: { error: 'States.Timeout', cause: 'The execution ran out of its time.' },
};

/**
 * @param failure handed over by the execution's own Catch
 * @returns undefined while the execution runs, or when it ended well
 * @throws TransientServiceError
 */
export const findEnding = async (
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
