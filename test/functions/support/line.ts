import type { Line, LineEnd } from '../../../functions/replication/line.ts';

/** The line in memory; the same is held in DynamoDB by test/functions/adapters/fleet.test.ts. */
export class FakeLine implements Line {
  nextMs = 0;
  unused = 0;
  taken = 0;

  async takeTurn(nowMs: number, everyMs: number): Promise<number> {
    const turnMs = Math.max(nowMs, this.nextMs);
    this.nextMs = turnMs + everyMs;
    this.taken++;
    return turnMs;
  }

  async giveBack(): Promise<void> {
    this.unused++;
  }

  async end(): Promise<LineEnd | undefined> {
    return this.taken > 0 ? { nextMs: this.nextMs, unused: this.unused } : undefined;
  }

  async shorten(seen: LineEnd, byMs: number): Promise<boolean> {
    if (this.nextMs < seen.nextMs || this.unused < seen.unused) return false;
    this.nextMs -= byMs;
    this.unused -= seen.unused;
    return true;
  }
}
