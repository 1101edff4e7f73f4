/** Work that goes on after the answer, and that a closing service has to wait for. */
export class Background {
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  /** Aborted by {@link close}. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Lets work run on its own. Its failure is unhandled, since it is a bug; but not when the closing cut it short. */
  run(work: () => Promise<void>): void {
    this.track(
      work().catch((failure: unknown) => {
        if (!this.signal.aborted) throw failure;
      }),
    );
  }

  /** Makes {@link close} wait for a promise that somebody else looks after. */
  track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    const done = () => void this.#running.delete(work);
    work.then(done, done);
    return work;
  }

  /** Aborts what waits and resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('The embedded ElastiCache is closing'));
    await Promise.allSettled(this.#running);
  }
}
