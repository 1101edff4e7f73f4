import type { Quota } from './quotas.ts';

/** What was asked of one quota in a run. */
export interface Use {
  quota: Quota;
  asked: number;
  refused: number;
  /** Highest in a second, or at once, over what the quota gives for good. */
  peak: number;
  limit: number;
  /** When it was first refused, or first asked for more than it gives. */
  firstHitMs?: number;
}

/** A token bucket as AWS's pages describe them. */
export class Bucket {
  readonly #quota: Quota;
  readonly #size: number;
  readonly #perMs: number;
  #tokens: number;
  #filledMs = 0;
  #second = 0;
  #inSecond = 0;
  #peak = 0;
  #asked = 0;
  #refused = 0;
  #firstHitMs: number | undefined;

  constructor(quota: Quota) {
    this.#quota = quota;
    this.#size = quota.bucket ?? quota.perSecond ?? Number.POSITIVE_INFINITY;
    this.#perMs = (quota.perSecond ?? Number.POSITIVE_INFINITY) / 1000;
    this.#tokens = this.#size;
  }

  #fill(nowMs: number, units: number): void {
    this.#tokens = Math.min(this.#size, this.#tokens + (nowMs - this.#filledMs) * this.#perMs);
    this.#filledMs = nowMs;
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) [this.#second, this.#inSecond] = [second, 0];
    this.#inSecond += units;
    this.#peak = Math.max(this.#peak, this.#inSecond);
    this.#asked += units;
  }

  /** Whether the call is let through. */
  take(nowMs: number, units = 1): boolean {
    this.#fill(nowMs, units);
    if (this.#tokens >= units) {
      this.#tokens -= units;
      return true;
    }
    this.#refused += units;
    this.#firstHitMs ??= nowMs;
    return false;
  }

  /** How long a call that waits in line has to wait, as Step Functions' transitions do. */
  line(nowMs: number, units = 1): number {
    this.#fill(nowMs, units);
    this.#tokens -= units;
    if (this.#tokens >= 0) return 0;
    this.#refused += units;
    this.#firstHitMs ??= nowMs;
    return -this.#tokens / this.#perMs;
  }

  get use(): Use {
    return useOf(this.#quota, this.#asked, this.#refused, this.#peak, this.#quota.perSecond ?? 0, this.#firstHitMs);
  }
}

/** Something that many ask at an even rate all the time: reads and writes of a table. */
export class Flow {
  readonly #quota: Quota;
  readonly #limit: number;
  #perSecond = 0;
  #peak = 0;
  #firstHitMs: number | undefined;

  constructor(quota: Quota) {
    this.#quota = quota;
    this.#limit = quota.perSecond ?? Number.POSITIVE_INFINITY;
  }

  /** @param perSecond negative when somebody stops */
  change(nowMs: number, perSecond: number): void {
    this.#perSecond += perSecond;
    this.#peak = Math.max(this.#peak, this.#perSecond);
    if (this.#perSecond > this.#limit) this.#firstHitMs ??= nowMs;
  }

  /** The share of calls that are refused now. */
  get refusedShare(): number {
    return Math.max(0, 1 - this.#limit / Math.max(this.#perSecond, 1e-9));
  }

  get use(): Use {
    return useOf(this.#quota, 0, this.#firstHitMs === undefined ? 0 : 1, this.#peak, this.#limit, this.#firstHitMs);
  }
}

/** Something of which so many can be there at once. */
export class Places {
  readonly #quota: Quota;
  readonly #limit: number;
  #taken = 0;
  #peak = 0;
  #asked = 0;
  #refused = 0;
  #firstHitMs: number | undefined;

  constructor(quota: Quota, limit = quota.count ?? Number.POSITIVE_INFINITY) {
    this.#quota = quota;
    this.#limit = limit;
  }

  get taken(): number {
    return this.#taken;
  }

  take(nowMs: number): boolean {
    this.#asked++;
    if (this.#taken >= this.#limit) {
      this.#refused++;
      this.#firstHitMs ??= nowMs;
      return false;
    }
    this.#taken++;
    this.#peak = Math.max(this.#peak, this.#taken);
    return true;
  }

  giveBack(): void {
    this.#taken--;
  }

  get use(): Use {
    return useOf(this.#quota, this.#asked, this.#refused, this.#peak, this.#limit, this.#firstHitMs);
  }
}

const useOf = (
  quota: Quota,
  asked: number,
  refused: number,
  peak: number,
  limit: number,
  firstHitMs: number | undefined,
): Use => ({ quota, asked, refused, peak, limit, ...(firstHitMs !== undefined && { firstHitMs }) });
