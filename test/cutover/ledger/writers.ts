import { type Entry, type Log, monotonicMs, type Side, type WriterKind } from './entries.ts';
import { Connection, Refusal, type Reply, Unanswered } from './resp.ts';

export interface ShardPorts {
  source: number;
  target: number;
}

/** Who writes, and to which side of each shard. */
export interface Field {
  shards: readonly ShardPorts[];
  /** Where the clients of each shard believe the primary to be. */
  sides: Side[];
  log: Log;
  paceMs?: number;
  stopped(): boolean;
}

interface Writer {
  name: string;
  kind: WriterKind;
  shard: number;
  /** The end of a queue that two writers share. */
  queue: string;
}

/** What a writer does over one connection; it returns when it wants another one. */
type Work = (connection: Connection, writer: Writing) => Promise<void>;

const RECONNECT_AFTER = 3;
/** A client that is refused, or finds nobody, does not ask again at full speed: on two cores it would be measured instead. */
const BREATH_MS = 3;

/** One writer at work: what it needs to write, and to log what was acknowledged. */
class Writing {
  readonly writer: Writer;
  readonly #field: Field;
  #sequence = 0;

  constructor(writer: Writer, field: Field) {
    this.writer = writer;
    this.#field = field;
  }

  get side(): Side {
    return this.writer.kind === 'straggler' ? 'source' : (this.#field.sides[this.writer.shard] as Side);
  }

  get port(): number {
    return (this.#field.shards[this.writer.shard] as ShardPorts)[this.side];
  }

  get stopped(): boolean {
    return this.#field.stopped();
  }

  next(): { key: string; value: string } {
    const sequence = this.#sequence++;
    return { key: `${this.writer.name}:${sequence}`, value: `${this.writer.name}=${sequence}` };
  }

  acknowledged(act: Entry['act'], key: string, value: string, side: Side, sentMs: number): void {
    const { name: writer, kind, shard } = this.writer;
    this.#field.log.entries.push({ writer, kind, act, shard, key, value, side, sentMs, ackedMs: monotonicMs() });
  }

  unansweredPop(): void {
    const { unansweredPops } = this.#field.log;
    unansweredPops.set(this.writer.queue, (unansweredPops.get(this.writer.queue) ?? 0) + 1);
  }

  /** What lies between two writes. */
  async pause(): Promise<void> {
    const { paceMs } = this.#field;
    if (paceMs !== undefined) await breath(paceMs);
  }

  async refused(side: Side): Promise<void> {
    this.#field.log.refused[side]++;
    await breath();
    await this.pause();
  }
}

export const breath = (ms = BREATH_MS): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Full speed, one write at a time, for as long as the connection holds and leads where the primary is believed to be. */
const again =
  (write: (connection: Connection, writing: Writing, side: Side) => Promise<void>): Work =>
  async (connection, writing) => {
    const { side } = writing;
    while (!writing.stopped && writing.side === side && connection.isOpen) {
      try {
        await write(connection, writing, side);
        await writing.pause();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        await writing.refused(side);
      }
    }
  };

const set = async (connection: Connection, writing: Writing, side: Side): Promise<void> => {
  const { key, value } = writing.next();
  const sentMs = monotonicMs();
  await connection.ask('SET', key, value);
  writing.acknowledged('set', key, value, side, sentMs);
};

const WORKS: Record<WriterKind, Work> = {
  set: again(set),
  straggler: again(set),

  /** Queued before it is executed: a fence may come in between. Each answer within EXEC's is one of its own. */
  multi: again(async (connection, writing, side) => {
    const writes = [writing.next(), writing.next()];
    await connection.ask('MULTI');
    for (const { key, value } of writes) {
      const queued = await connection.call('SET', key, value);
      if (!(queued instanceof Refusal)) continue;
      await connection.call('DISCARD');
      throw queued;
    }
    const sentMs = monotonicMs();
    const replies = await connection.ask<Reply[]>('EXEC');
    for (const [index, { key, value }] of writes.entries()) {
      if (replies[index] === 'OK') writing.acknowledged('set', key, value, side, sentMs);
    }
    const refusal = replies.find((reply) => reply instanceof Refusal);
    if (refusal) throw refusal;
  }),

  eval: again(async (connection, writing, side) => {
    const { key, value } = writing.next();
    const sentMs = monotonicMs();
    await connection.ask('EVAL', "return redis.call('SET', KEYS[1], ARGV[1])", 1, key, value);
    writing.acknowledged('set', key, value, side, sentMs);
  }),

  push: again(async (connection, writing, side) => {
    const { value } = writing.next();
    const { queue } = writing.writer;
    const sentMs = monotonicMs();
    await connection.ask('RPUSH', queue, value);
    writing.acknowledged('push', queue, value, side, sentMs);
  }),

  /** Waits without a limit: on a primary that nobody pushes to any more it would for ever, unless somebody kills it. */
  pop: again(async (connection, writing, side) => {
    const sentMs = monotonicMs();
    const reply = await connection.ask<Reply[]>('BLPOP', writing.writer.queue, 0).catch((error) => {
      if (error instanceof Unanswered) writing.unansweredPop();
      throw error;
    });
    writing.acknowledged('pop', writing.writer.queue, String(reply[1]), side, sentMs);
  }),

  /** In RESP3 a subscriber may go on writing, and counts as a client of the type `pubsub`. */
  resp3: async (connection, writing) => {
    await connection.ask('HELLO', 3);
    await connection.ask('SUBSCRIBE', 'news');
    await again(set)(connection, writing);
  },

  reconnecting: async (connection, writing) => {
    const { side } = writing;
    for (let write = 0; write < RECONNECT_AFTER && !writing.stopped; write++) {
      await set(connection, writing, side);
      await writing.pause();
    }
  },
};

/** Runs one writer until the field is stopped; connections that are lost or refused are dialled anew. */
export const runWriter = async (writer: Writer, field: Field, opened: Set<Connection>): Promise<void> => {
  const writing = new Writing(writer, field);
  while (!writing.stopped) {
    const { side } = writing;
    const connection = await Connection.open(writing.port).catch(() => undefined);
    if (!connection) {
      await breath();
      continue;
    }
    opened.add(connection);
    try {
      await WORKS[writer.kind](connection, writing);
    } catch (error) {
      if (error instanceof Refusal) await writing.refused(side);
      else if (error instanceof Unanswered) await breath();
      else throw error;
    } finally {
      opened.delete(connection);
      connection.close();
    }
  }
};

/** Tries to write to the target all the time, before it is anybody's primary and after. */
export const runIntruder = async (shard: number, field: Field, opened: Set<Connection>): Promise<void> => {
  const writer = `intruder-${shard}`;
  for (let sequence = 0; !field.stopped(); ) {
    const connection = await Connection.open((field.shards[shard] as ShardPorts).target).catch(() => undefined);
    if (connection) opened.add(connection);
    try {
      while (connection?.isOpen && !field.stopped()) {
        const [key, value] = [`${writer}:${sequence}`, String(sequence)];
        sequence++;
        const sentMs = monotonicMs();
        const reply = await connection.call('SET', key, value);
        const ackedMs = monotonicMs();
        const entry = { writer, kind: 'intruder', act: 'set', shard, key, value, side: 'target' } as const;
        if (reply instanceof Refusal) field.log.refused.target++;
        else field.log.entries.push({ ...entry, sentMs, ackedMs });
        await breath(Math.max(1, field.paceMs ?? 0));
      }
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
    } finally {
      if (connection) opened.delete(connection);
      connection?.close();
    }
    await breath();
  }
};
