import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, Timer } from './clock.ts';

interface Pending {
  due: number;
  run: () => void;
}

/**
 * A clock that stands still until it is told to move, for tests. Timers fire in the order of their times, and those of one time
 * in the order in which they were set. Between two timers everything that is ready runs: promises that are settled, and what
 * they lead to, but no real input or output is waited for.
 */
export class SimulatedClock implements Clock {
  #now: number;
  /** Sorted by time. */
  readonly #pending: Pending[] = [];

  /** @param startMs milliseconds since the epoch */
  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): Timer {
    const timer = { due: this.#now + Math.max(0, delayMs), run };
    this.#pending.splice(this.#position(timer.due), 0, timer);
    return {
      cancel: () => {
        const index = this.#pending.indexOf(timer);
        if (index >= 0) this.#pending.splice(index, 1);
      },
    };
  }

  /** Timers that are set and have not fired. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Moves on by `ms`, firing what is due on the way. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await nextTurn();
    while (await this.#fireNext(until));
    this.#now = until;
  }

  /** Moves on until no timer is left. Never ends while something sets timers for ever. */
  async runUntilIdle(): Promise<void> {
    await nextTurn();
    while (await this.#fireNext(Number.POSITIVE_INFINITY));
  }

  /**
   * Moves on until `reached` holds, looking after each timer.
   *
   * @throws Error when no timer is left and it still does not hold
   */
  async runUntil(reached: () => boolean): Promise<void> {
    await nextTurn();
    while (!reached()) {
      if (!(await this.#fireNext(Number.POSITIVE_INFINITY)) && !reached()) {
        throw new Error('The simulated clock has no timer left, and what was waited for did not happen');
      }
    }
  }

  async #fireNext(until: number): Promise<boolean> {
    const next = this.#pending[0];
    if (next === undefined || next.due > until) return false;
    this.#pending.shift();
    this.#now = next.due;
    next.run();
    await nextTurn();
    return true;
  }

  /** Behind all timers of the same time. */
  #position(due: number): number {
    let low = 0;
    let high = this.#pending.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#pending[middle] as Pending).due <= due) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
