import { CAUSE_LENGTH } from '../limits.ts';

/**
 * A state failed: Retry and Catch look at it, and uncaught it fails the execution. `error` and `reason` are what the
 * history shows as error and cause.
 */
export class StateFailure extends Error {
  override readonly name = 'StateFailure';
  readonly error: string | undefined;
  readonly reason: string | undefined;
  /** Further names that ErrorEquals may match: a missed heartbeat is a States.Timeout and a States.HeartbeatTimeout. */
  readonly aliases: readonly string[];

  constructor(error: string | undefined, reason: string | undefined, aliases: readonly string[] = []) {
    super(`${error}: ${reason}`);
    this.error = error;
    this.reason = reason?.slice(0, CAUSE_LENGTH);
    this.aliases = aliases;
  }

  /** `$states.errorOutput`, and the output of a Catch that has none of its own. */
  get errorOutput(): { Error: string | null; Cause: string | null } {
    const silent = this.error === 'States.Timeout' ? '' : null;
    return { Error: this.error ?? null, Cause: this.reason ?? silent };
  }
}

/** The branch was abandoned while a state of it was at work: unwinds it without a trace. Never seen by Retry or Catch. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

const TERMINAL = new Set(['States.Runtime']);
const NOT_BY_WILDCARD = new Set(['States.DataLimitExceeded']);

/**
 * Whether an ErrorEquals names this failure. States.ALL matches everything and States.TaskFailed everything but
 * States.Timeout, except what is terminal: States.Runtime is never matched, States.DataLimitExceeded only by its own name.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export const matches = (errorEquals: readonly string[], failure: StateFailure): boolean => {
  const names = [...(failure.error === undefined ? [] : [failure.error]), ...failure.aliases];
  if (names.some((name) => TERMINAL.has(name))) return false;
  const wild = !names.some((name) => NOT_BY_WILDCARD.has(name));
  return errorEquals.some((wanted) => {
    if (wanted === 'States.ALL') return wild;
    if (wanted === 'States.TaskFailed') return wild && !names.includes('States.Timeout');
    return names.includes(wanted);
  });
};
