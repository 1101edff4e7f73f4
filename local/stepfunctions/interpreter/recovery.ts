import type { Catcher, Retrier } from '../definition/schema.ts';
import { payloadOf } from '../payload.ts';
import { matches, StateFailure } from './failure.ts';
import { conclude, type Outcome } from './outcome.ts';
import type { StateRun } from './state-run.ts';

/**
 * The wait before a retry: IntervalSeconds * BackoffRate^n, at most MaxDelaySeconds, and with full jitter anything below.
 *
 * @param attempts how often this retrier has retried since the state was entered
 */
const retryDelayMs = (retrier: Retrier, attempts: number, random: () => number): number => {
  const seconds = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** attempts;
  const capped = Math.min(seconds, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return (retrier.JitterStrategy === 'FULL' ? random() * capped : capped) * 1000;
};

const DEFAULT_MAX_ATTEMPTS = 3;

/**
 * Attempts a state until it ends, a retrier has no attempts left or none matches; then the first catcher that matches
 * decides. Each retrier counts for itself, from 0 at each entry of the state.
 *
 * @param givenUp recorded when no retrier is left to help, before a catcher is looked for
 * @throws StateFailure when nothing catches it
 */
export const withRecovery = async (
  run: StateRun,
  handlers: { Retry?: Retrier[] | undefined; Catch?: Catcher[] | undefined },
  attempt: () => Promise<Outcome>,
  givenUp?: 'ParallelStateFailed' | 'MapStateFailed',
): Promise<Outcome> => {
  const attempts = new Map<Retrier, number>();
  for (;;) {
    try {
      return await attempt();
    } catch (failure) {
      if (!(failure instanceof StateFailure)) throw failure;
      const retrier = handlers.Retry?.find(({ ErrorEquals }) => matches(ErrorEquals, failure));
      const spent = retrier === undefined ? 0 : (attempts.get(retrier) ?? 0);
      if (retrier === undefined || spent >= (retrier.MaxAttempts ?? DEFAULT_MAX_ATTEMPTS)) {
        if (givenUp !== undefined) run.branch.record(givenUp);
        return caught(run, handlers.Catch ?? [], failure);
      }
      attempts.set(retrier, spent + 1);
      const { execution } = run.branch;
      await run.branch.sleep(retryDelayMs(retrier, spent, execution.world.random));
      run.retryCount += 1;
      execution.transit();
    }
  }
};

const caught = async (run: StateRun, catchers: readonly Catcher[], failure: StateFailure): Promise<Outcome> => {
  const index = catchers.findIndex(({ ErrorEquals }) => matches(ErrorEquals, failure));
  const catcher = catchers[index];
  if (catcher === undefined) throw failure;
  const { errorOutput } = failure;
  return conclude(run, catcher, `Catch[${index}]/`, { errorOutput }, payloadOf(errorOutput), catcher.Next);
};
