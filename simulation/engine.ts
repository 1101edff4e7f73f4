/** Something that takes time: it yields how many milliseconds it waits. */
export type Process<T = void> = Generator<number, T, void>;

/** A generator of figures from 0 to 1 by a seed, so that a run can be repeated (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

interface Due {
  atMs: number;
  nth: number;
  process: Process;
}

const isBefore = (one: Due, other: Due): boolean =>
  one.atMs < other.atMs || (one.atMs === other.atMs && one.nth < other.nth);

/** Time that jumps from one event to the next. Processes that are due together go on in the order in which they began to wait. */
export class Engine {
  readonly random: () => number;
  #nowMs = 0;
  #nth = 0;
  readonly #heap: Due[] = [];

  constructor(seed: number) {
    this.random = seeded(seed);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  begin(process: Process, inMs = 0): void {
    this.#push({ atMs: this.#nowMs + inMs, nth: this.#nth++, process });
  }

  /** Runs until nothing is left to happen, or the time is over. */
  run(untilMs: number): void {
    for (let due = this.#pop(); due; due = this.#pop()) {
      if (due.atMs > untilMs) return;
      this.#nowMs = due.atMs;
      const { value, done } = due.process.next();
      if (!done) this.#push({ atMs: this.#nowMs + value, nth: this.#nth++, process: due.process });
    }
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let at = heap.length;
    for (let above = (at - 1) >> 1; at > 0 && isBefore(due, heap[above] as Due); above = (at - 1) >> 1) {
      heap[at] = heap[above] as Due;
      at = above;
    }
    heap[at] = due;
  }

  #pop(): Due | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Due, heap[below] as Due)) below++;
      if (!isBefore(heap[below] as Due, last)) break;
      heap[at] = heap[below] as Due;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}
