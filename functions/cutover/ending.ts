import type { ExecutionStatus, Workflow } from '../migration/ports.ts';
import type { Failure, MigrationRecord } from '../migration/record.ts';
import { shown } from '../migration/shown.ts';
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
  if (failure) return { outcome: 'failed', failure: told(failure) };
  const execution = await workflow.describe(executionArn);
  if (!execution) {
    return { outcome: 'failed', failure: { error: 'NeverStarted', cause: 'Its execution was never started.' } };
  }
  const outcome = OUTCOMES[execution.status];
  if (!outcome) return undefined;
  const error = execution.error ?? EXPLANATIONS[outcome].error;
  return { outcome, failure: told({ error, cause: execution.cause ?? EXPLANATIONS[outcome].cause }) };
};

/** Errors of libraries may repeat what a server said, and whoever stops an execution may say anything. */
const told = ({ error, cause }: Failure): Failure => ({
  error: shown(error, LONGEST_NAME),
  cause: shown(cause, LONGEST_CAUSE),
});

/** Step Functions takes names of 256 characters and causes of 32,768. */
const LONGEST_NAME = 256;
const LONGEST_CAUSE = 4000;
