/** A pending timer of a {@link Clock}. */
export interface Timer {
  cancel(): void;
}

/**
 * Time as the embedded AWS sees it. Everything in `local/` that waits asks a clock, so that a test can run
 * a migration of a week in a second.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `run` once, `delayMs` from now. */
  after(delayMs: number, run: () => void): Timer;
}

/** The longest delay that Node's setTimeout takes; a longer one would fire at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const due = Date.now() + delayMs;
    let handle: NodeJS.Timeout;
    const arm = () => {
      const left = due - Date.now();
      handle = left > LONGEST_DELAY_MS ? setTimeout(arm, LONGEST_DELAY_MS) : setTimeout(run, Math.max(0, left));
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  },
};
