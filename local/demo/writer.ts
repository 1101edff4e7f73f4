import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceClient } from './seed.ts';

/** An application that goes on writing while its data move, and is pointed to the new primary when it is told to. */
export interface Writer {
  /** Acknowledged writes so far, of both primaries. */
  readonly acknowledged: number;
  /** Those that the old primary acknowledged. */
  readonly acknowledgedBefore: number;
  /** Writes that were refused or broken off: none of them was acknowledged. */
  readonly refused: number;
  /** From the last write that the old primary acknowledged to the first of the new one; undefined before that. */
  readonly gapMs: number | undefined;
  /** The last acknowledged value of each key. */
  readonly ledger: ReadonlyMap<string, number>;
  /** From here on it writes there. */
  repoint(connect: () => Promise<SourceClient>): void;
  /** Resolves when the new primary has acknowledged so many writes. */
  wrote(writes: number): Promise<void>;
  /** Nothing is written afterwards. */
  stop(): Promise<void>;
}

/** The key that holds the number of the last write. */
export const WRITER_KEY = 'demo:writer:last';
/** Writes go to this many keys in turn. */
const KEYS = 500;
/** Until it tries again what was refused or broken off. */
const RETRY_MS = 20;

/** Writes one after the other, each a transaction of two SETs, as fast as they are acknowledged. */
export const startWriter = (connect: () => Promise<SourceClient>, pauseMs = 1): Writer => {
  const ledger = new Map<string, number>();
  const counts = { old: 0, new: 0, refused: 0 };
  let last = 0;
  let lastOldMs = 0;
  let firstNewMs: number | undefined;
  let stopping = false;
  let target = { connect, isNew: false };
  let client: { connection: SourceClient; isNew: boolean } | undefined;
  let enough: { writes: number; reached: () => void } | undefined;

  const write = async () => {
    if (client?.isNew !== target.isNew || !client.connection.isReady) {
      client?.connection.destroy();
      client = undefined;
      client = { connection: await target.connect(), isNew: target.isNew };
    }
    // A number is used once, also when its write is refused: what was acknowledged can then be told from what was not.
    const next = ++last;
    const key = `demo:writer:${next % KEYS}`;
    await client.connection.multi().set(key, String(next)).set(WRITER_KEY, String(next)).exec();
    ledger.set(key, next).set(WRITER_KEY, next);
    if (client.isNew) {
      counts.new++;
      firstNewMs ??= Date.now();
    } else {
      counts.old++;
      lastOldMs = Date.now();
    }
    if (enough && counts.new >= enough.writes) enough.reached();
  };

  const run = async () => {
    while (!stopping) {
      try {
        await write();
        if (pauseMs > 0) await sleep(pauseMs);
      } catch {
        // The fence, a killed connection, or a server that takes nobody: an application tries again.
        counts.refused++;
        await sleep(RETRY_MS);
      }
    }
    client?.connection.destroy();
  };
  const running = run();

  return {
    get acknowledged() {
      return counts.old + counts.new;
    },
    get acknowledgedBefore() {
      return counts.old;
    },
    get refused() {
      return counts.refused;
    },
    get gapMs() {
      return firstNewMs === undefined ? undefined : firstNewMs - lastOldMs;
    },
    ledger,
    repoint(connectNew) {
      target = { connect: connectNew, isNew: true };
    },
    async wrote(writes) {
      const { promise, resolve } = Promise.withResolvers<void>();
      enough = { writes, reached: resolve };
      await promise;
    },
    async stop() {
      stopping = true;
      await running;
    },
  };
};
