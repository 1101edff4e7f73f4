import type { Clock } from '../../../functions/replication/ports.ts';

/** A clock that moves only when somebody sleeps on it; what is due on the way happens then. */
export class FakeClock implements Clock {
  #nowMs: number;
  #due: { atMs: number; happen: () => void }[] = [];

  constructor(start = '2026-01-01T00:00:00.000Z') {
    this.#nowMs = Date.parse(start);
  }

  now(): number {
    return this.#nowMs;
  }

  iso(afterMs = 0): string {
    return new Date(this.#nowMs + afterMs).toISOString();
  }

  async sleep(ms: number): Promise<void> {
    this.advance(ms);
  }

  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [next] = this.#due.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
      if (!next) break;
      this.#due = this.#due.filter((one) => one !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.happen();
    }
    this.#nowMs = untilMs;
  }

  /** Lets something happen `ms` from now. */
  after(ms: number, happen: () => void): void {
    this.#due.push({ atMs: this.#nowMs + ms, happen });
  }
}
