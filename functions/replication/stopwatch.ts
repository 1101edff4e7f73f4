/** How long something has been so without a break. */
export class Stopwatch {
  #sinceMs: number | undefined;

  /** Milliseconds since `isSo` first held without a break; 0 when it does not hold now. */
  run(isSo: boolean, nowMs: number): number {
    if (!isSo) {
      this.#sinceMs = undefined;
      return 0;
    }
    this.#sinceMs ??= nowMs;
    return nowMs - this.#sinceMs;
  }
}
