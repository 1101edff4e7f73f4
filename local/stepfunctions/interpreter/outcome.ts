import type { Payload } from '../payload.ts';
import type { StateRun, Visible } from './state-run.ts';

/** How a state ends: what it hands on, what it assigns, where it leads. */
export interface Outcome {
  output: Payload;
  assigned: Readonly<Record<string, Payload>> | undefined;
  /** undefined: the end of the graph */
  next: string | undefined;
}

/** A state, a rule of a Choice or a catcher: whatever may carry Output and Assign. */
interface Ending {
  Output?: unknown;
  Assign?: Record<string, unknown> | undefined;
}

/**
 * Evaluates Output and Assign, both with the variables as they were when the state was entered.
 *
 * @param prefix of the fields' places: `` for the state's own, `Catch[0]/` for a catcher's
 * @param otherwise the output when none is given
 * @throws StateFailure States.QueryEvaluationError or States.DataLimitExceeded
 */
export const conclude = async (
  run: StateRun,
  ending: Ending,
  prefix: string,
  visible: Visible,
  otherwise: Payload,
  next: string | undefined,
): Promise<Outcome> => {
  const output =
    ending.Output === undefined ? otherwise : await run.evaluate(ending.Output, `${prefix}Output`, visible);
  if (ending.Assign === undefined) return { output: run.limited(output), assigned: undefined, next };
  const assigned: Record<string, Payload> = Object.create(null);
  for (const [name, template] of Object.entries(ending.Assign)) {
    assigned[name] = await run.evaluate(template, `${prefix}Assign/${name}`, visible);
  }
  return { output: run.limited(output), assigned, next };
};

/** Ends a state by its result: `$states.result`, and the output when the state names none. */
export const concludeWith = (run: StateRun, ending: Ending & { Next?: string | undefined }, result: Payload) =>
  conclude(run, ending, '', { result: result.value }, result, ending.Next);
