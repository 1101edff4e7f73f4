/** So much slower after a refusal, and so much faster after each success, until it is as fast as wanted again. */
const SLOWER = 2;
const FASTER = 0.9;
/** What is slowed down together would be refused together: each waits a little longer or shorter. */
const SPREAD = 0.25;

/**
 * How often something is asked of a service that many share: as often as wanted, and less often for as long as the service
 * refuses. Nobody has to know the service's quota, nor how many others ask.
 */
export class Pace {
  readonly #wantedMs: number;
  readonly #slowestMs: number;
  readonly #random: () => number;
  #ms: number;

  /**
   * @param slowestMs slower than this it is never asked, however much is refused
   * @param nowMs where it was left
   * @param random from 0 to 1
   */
  constructor(wantedMs: number, slowestMs: number, nowMs = wantedMs, random: () => number = Math.random) {
    this.#wantedMs = wantedMs;
    this.#slowestMs = slowestMs;
    this.#random = random;
    this.#ms = Math.min(slowestMs, Math.max(wantedMs, nowMs));
  }

  /** How long to wait now. */
  get ms(): number {
    return this.#ms;
  }

  /** @param leastMs where nothing was to be waited for */
  slower(leastMs: number): void {
    const spread = 1 + SPREAD * (2 * this.#random() - 1);
    this.#ms = Math.min(this.#slowestMs, Math.max(leastMs, this.#ms) * SLOWER * spread);
  }

  faster(): void {
    this.#ms = Math.max(this.#wantedMs, this.#ms * FASTER);
  }
}
