import { everyMsOf, excessMs, lookAheadOf, nearerTurn } from '../functions/replication/line.ts';

/** One that waits for its turn. */
export interface Waiter {
  /** When it begins; a sweep may put it earlier. */
  turnMs: number;
}

/** Those that wait to begin, in the order in which they were accepted, by the rules of functions/replication/line.ts. */
export class SimulatedLine {
  readonly #perMinute: number;
  readonly #atOnce: number;
  readonly #waiting = new Set<Waiter>();
  #nextMs = 0;
  #unused = 0;

  constructor(perMinute: number, atOnce: number) {
    this.#perMinute = perMinute;
    this.#atOnce = atOnce;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /** Undefined for one that begins now. */
  take(nowMs: number): Waiter | undefined {
    if (this.#perMinute === 0) return undefined;
    const everyMs = everyMsOf(this.#perMinute);
    const turnMs = Math.max(nowMs, this.#nextMs);
    this.#nextMs = turnMs + everyMs;
    const waiter = { turnMs: turnMs - this.#atOnce * everyMs };
    if (waiter.turnMs <= nowMs) return undefined;
    this.#waiting.add(waiter);
    return waiter;
  }

  leave(waiter: Waiter): void {
    this.#waiting.delete(waiter);
  }

  giveBack(): void {
    this.#unused++;
  }

  /** What a sweep does. Answers how many it has called. */
  moveUp(nowMs: number): number {
    if (this.#perMinute === 0) return 0;
    const unused = this.#unused;
    this.#nextMs -= excessMs(this.#nextMs, this.#waiting.size, this.#perMinute, nowMs);
    this.#unused = 0;
    const first = [...this.#waiting].slice(0, lookAheadOf(this.#perMinute, unused));
    let called = 0;
    for (const [place, waiter] of first.entries()) {
      const turnMs = nearerTurn(place, waiter.turnMs, this.#perMinute, unused, nowMs);
      if (turnMs === undefined) continue;
      waiter.turnMs = turnMs;
      called++;
    }
    return called;
  }
}
