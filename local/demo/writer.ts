import type { SourceClient } from './seed.ts';

/** An application that goes on writing while its data move. */
export interface Writer {
  /** Acknowledged writes so far. */
  readonly acknowledged: number;
  /** The value of the last acknowledged write. */
  readonly last: number;
  /** Resolves when the write under way is acknowledged; nothing is written afterwards. Rejects with what broke it. */
  stop(): Promise<void>;
}

/** The key that holds the number of the last write. */
export const WRITER_KEY = 'demo:writer:last';
/** Writes go to this many keys in turn. */
const KEYS = 500;

/** Writes one after the other, each a transaction of two SETs, as fast as they are acknowledged. */
export const startWriter = (client: SourceClient, pauseMs = 1): Writer => {
  let acknowledged = 0;
  let last = 0;
  let stopping = false;
  const run = async () => {
    while (!stopping) {
      const next = last + 1;
      await client
        .multi()
        .set(`demo:writer:${next % KEYS}`, String(next))
        .set(WRITER_KEY, String(next))
        .exec();
      last = next;
      acknowledged++;
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const running = run();
  // Told by stop(); until then a rejection must not end the process.
  running.catch(() => undefined);
  return {
    get acknowledged() {
      return acknowledged;
    },
    get last() {
      return last;
    },
    async stop() {
      stopping = true;
      await running;
    },
  };
};
