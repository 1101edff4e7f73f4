import type { ChoiceState, FailState, PassState, SucceedState, WaitState } from '../definition/schema.ts';
import { StateFailure } from './failure.ts';
import { conclude, type Outcome } from './outcome.ts';
import type { StateRun } from './state-run.ts';

const isString = (value: unknown): value is string => typeof value === 'string';
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
export const isWholeNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0;

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const isTimestamp = (value: unknown): value is string =>
  isString(value) && TIMESTAMP.test(value) && !Number.isNaN(Date.parse(value));

export const runPass = (run: StateRun<PassState>): Promise<Outcome> =>
  conclude(run, run.state, '', {}, run.input, run.state.Next);

export const runSucceed = (run: StateRun<SucceedState>): Promise<Outcome> =>
  conclude(run, run.state, '', {}, run.input, undefined);

export const runFail = async (run: StateRun<FailState>): Promise<never> => {
  const { Error: error, Cause: cause } = run.state;
  throw new StateFailure(
    error === undefined ? undefined : await run.evaluateAs(error, 'Error', 'string', isString),
    cause === undefined ? undefined : await run.evaluateAs(cause, 'Cause', 'string', isString),
  );
};

export const runWait = async (run: StateRun<WaitState>): Promise<Outcome> => {
  const { Seconds, Timestamp } = run.state;
  if (Seconds !== undefined) {
    const seconds = await run.evaluateAs(Seconds, 'Seconds', 'non-negative integer', isWholeNumber);
    await run.branch.sleep(seconds * 1000);
  } else {
    const until = Date.parse(await run.evaluateAs(Timestamp, 'Timestamp', 'timestamp', isTimestamp));
    await run.branch.sleep(Math.max(0, until - run.branch.execution.world.clock.now()));
  }
  return conclude(run, run.state, '', {}, run.input, run.state.Next);
};

/**
 * The first rule whose condition holds decides, with its own Assign and Output; the state's own go with the Default.
 * Without either the execution fails, and no Catch of an outer state helps: the error guide has States.NoChoiceMatched
 * reserved and reports States.Runtime.
 */
export const runChoice = async (run: StateRun<ChoiceState>): Promise<Outcome> => {
  const { Choices, Default } = run.state;
  for (const [i, rule] of Choices.entries()) {
    if (await run.evaluateAs(rule.Condition, `Choices[${i}]/Condition`, 'boolean', isBoolean)) {
      return conclude(run, rule, `Choices[${i}]/`, {}, run.input, rule.Next);
    }
  }
  if (Default !== undefined) return conclude(run, run.state, '', {}, run.input, Default);
  throw run.failure(
    'States.Runtime',
    'Failed to transition out of the state. The state does not point to a next state.',
  );
};
