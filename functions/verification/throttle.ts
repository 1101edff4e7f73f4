import type { Clock } from '../replication/ports.ts';
import type { Rate } from './checkpoint.ts';

/**
 * The source counts as slowed down when a PING takes more than three times its baseline and this: less than the 10 ms that
 * its SLOWLOG notes, more than the calls that are on their way to it at full speed (5 ms at the 90th of 100, measured).
 */
const SLACK_MS = 8;
const FACTOR = 3;
const SAMPLES = 11;
const EVERY_MS = 50;
/** However slow the source is, verification goes on. */
const SLOWEST_KEYS_PER_SECOND = 1000;
const SLOWER = 0.7;
const FASTER = 1.3;
/** A brake so far above what is reached holds nothing back. */
const FREE_ABOVE = 3;

/**
 * Spaces keys out in time: never more a second than asked for, and fewer when the source's latency rises. Latency is the
 * median round trip of a PING over a connection of its own, against the median before the first key was read.
 */
export class Throttle {
  readonly #clock: Clock;
  readonly #rate: Rate;
  readonly #ping: (() => Promise<number>) | undefined;
  readonly #maxKeysPerSecond: number;
  #freeAtMs: number;
  #measuredAtMs: number;
  #measuring = false;
  /** Since the brake was last looked at: it begins with what was reached. */
  #pacedKeys = 0;
  #pacedSinceMs: number;

  /**
   * @param rate is written to
   * @param ping without it latency is not heeded
   */
  constructor(
    clock: Clock,
    rate: Rate,
    ping: (() => Promise<number>) | undefined,
    maxKeysPerSecond = Number.POSITIVE_INFINITY,
  ) {
    const nowMs = clock.now();
    this.#clock = clock;
    this.#rate = rate;
    this.#ping = ping;
    this.#maxKeysPerSecond = maxKeysPerSecond;
    this.#freeAtMs = nowMs;
    this.#measuredAtMs = nowMs;
    this.#pacedSinceMs = nowMs;
  }

  /** Learns the baseline, where none is known. */
  async prepare(): Promise<void> {
    if (!this.#ping) delete this.#rate.brake;
    if (!this.#ping || this.#rate.baselineMs !== undefined) return;
    const latencies: number[] = [];
    for (let sample = 0; sample < SAMPLES; sample++) latencies.push(await this.#ping());
    this.#rate.baselineMs = median(latencies);
  }

  /** Waits until `keys` more may be read. */
  async pace(keys: number): Promise<void> {
    const nowMs = this.#clock.now();
    this.#pacedKeys += keys;
    void this.#measure(nowMs);
    const limit = Math.min(this.#maxKeysPerSecond, this.#rate.brake ?? Number.POSITIVE_INFINITY);
    if (!Number.isFinite(limit)) return;
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + (keys / limit) * 1000;
    if (this.#freeAtMs > nowMs) await this.#clock.sleep(this.#freeAtMs - nowMs);
  }

  async #measure(nowMs: number): Promise<void> {
    if (!this.#ping || this.#measuring || nowMs - this.#measuredAtMs < EVERY_MS) return;
    this.#measuring = true;
    this.#measuredAtMs = nowMs;
    // A source that does not answer is found out by whoever reads keys.
    const latencyMs = await this.#ping().catch(() => undefined);
    this.#measuring = false;
    if (latencyMs !== undefined) this.#learn(latencyMs);
  }

  #learn(latencyMs: number): void {
    const rate = this.#rate;
    rate.latencies = [...(rate.latencies ?? []), Number(latencyMs.toFixed(2))];
    if (rate.latencies.length < SAMPLES) return;
    const slow = median(rate.latencies) > FACTOR * (rate.baselineMs ?? 0) + SLACK_MS;
    const nowMs = this.#clock.now();
    const reached = (1000 * this.#pacedKeys) / Math.max(1, nowMs - this.#pacedSinceMs);
    // What was measured before a change of the brake says nothing of what the change does.
    rate.latencies = [];
    this.#pacedKeys = 0;
    this.#pacedSinceMs = nowMs;
    if (slow) rate.brake = Math.max(SLOWEST_KEYS_PER_SECOND, SLOWER * Math.min(rate.brake ?? reached, reached));
    else if (rate.brake !== undefined) rate.brake *= FASTER;
    if (!slow && (rate.brake ?? 0) > Math.max(FREE_ABOVE * reached, SLOWEST_KEYS_PER_SECOND)) delete rate.brake;
  }
}

const median = (figures: readonly number[]): number =>
  figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;
