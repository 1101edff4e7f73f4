import { setTimeout as sleep } from 'node:timers/promises';
import { type Argument, connect } from './pair.ts';
import type { Random } from './random.ts';

const TICK_MS = 10;
const NAMES = 400;

type Write = (random: Random, index: number) => Argument[][];

const expiring = (random: Random) => String(20 + random.below(400));

/** What applications do: counters, sessions with sliding expiry, locks, queues, rankings, streams with consumers. */
const WRITES: readonly Write[] = [
  (random, index) => [['SET', `live:string:${index}`, `value ${random.below(1e9)}`]],
  (random) => [['SET', `live:cache:${random.below(60_000)}`, 'x'.repeat(1000), 'EX', '3600']],
  () => [['INCR', 'live:hot counter']],
  (_, index) => [['INCR', `live:counter:${index % 10}`]],
  (random, index) => [['HSET', `live:hash:${index}`, `field${random.below(6)}`, String(random.below(1e9))]],
  (random, index) => [
    ['SADD', `live:set:${index}`, String(random.below(40))],
    ['SREM', `live:set:${index}`, String(random.below(40))],
  ],
  (random, index) => [['ZINCRBY', `live:zset:${index}`, String(random.next()), `member${random.below(20)}`]],
  (random) => [
    ['LPUSH', 'live:queue', `job ${random.below(1e9)}`],
    ['RPOP', 'live:queue'],
  ],
  (random) => [
    ['RPUSH', 'live:long queue', `job ${random.below(1e9)}`],
    ['LPOP', 'live:long queue'],
  ],
  (random, index) => [['SET', `live:short:${index}`, 'soon gone', 'PX', expiring(random)]],
  (_, index) => [['SET', `live:session:${index}`, 'session', 'PX', '1500']],
  (_, index) => [
    ['PEXPIRE', `live:session:${index}`, '1500'],
    ['PEXPIRE', `live:string:${index}`, '600000'],
  ],
  (_, index) => [['PERSIST', `live:string:${index}`]],
  (_, index) => [['SET', `live:lock:${index % 5}`, 'held', 'NX', 'PX', '200']],
  (_, index) => [['DEL', `live:lock:${index % 5}`]],
  (_, index) => [
    ['DEL', `live:various:${index}`],
    ['SADD', `live:various:${index}`, 'a'],
  ],
  (random, index) => [['SET', `live:various:${index}`, String(random.below(1e9))]],
  (_, index) => [
    ['INCR', 'live:hot counter'],
    ['RENAME', 'live:hot counter', `live:renamed:${index % 3}`],
  ],
  (random, index) => [['PFADD', `live:hll:${index % 20}`, String(random.next())]],
  (random) => [['XADD', 'live:stream', 'MAXLEN', '~', '100', '*', 'field', String(random.below(1e9))]],
  () => [['XREADGROUP', 'GROUP', 'workers', 'a', 'COUNT', '3', 'STREAMS', 'live:stream', '>']],
  () => [['XREADGROUP', 'GROUP', 'workers', 'b', 'COUNT', '2', 'NOACK', 'STREAMS', 'live:stream', '>']],
  () => [['XAUTOCLAIM', 'live:stream', 'workers', 'c', '0', '0', 'COUNT', '2']],
  (random) => [['HSET', 'live:big hash', `field${random.below(3000)}`, String(random.below(1e9))]],
  (random) => [['ZINCRBY', 'live:big zset', '1', `member${random.below(3000)}`]],
  (random) => [
    ['SADD', 'live:big set', String(random.below(3000))],
    ['SREM', 'live:big set', String(random.below(3000))],
  ],
  (random) => [['SETRANGE', 'live:big string', String(random.below(2_000_000)), 'written']],
  (random) => [['XADD', 'live:big stream', 'MAXLEN', '3000', '*', 'field', String(random.below(1e9))]],
];

export interface Load {
  /** Commands sent so far. */
  readonly writes: number;
  /** Ends it; rejects when a command failed. */
  stop(): Promise<{ writesPerSecond: number }>;
}

/** Prepares the keys that are written to. */
const prepare = async (port: number): Promise<void> => {
  const client = await connect(port);
  await client.runAll([
    ['XGROUP', 'CREATE', 'live:stream', 'workers', '$', 'MKSTREAM'],
    ['SET', 'live:big string', Buffer.alloc(2_000_000, 'x')],
    ['RPUSH', 'live:long queue', ...Array.from({ length: 1500 }, (_, index) => `job ${index}`)],
    ['HSET', 'live:big hash', ...Array.from({ length: 3000 }, (_, index) => [`field${index}`, 'begin']).flat()],
    ['ZADD', 'live:big zset', ...Array.from({ length: 3000 }, (_, index) => ['1', `member${index}`]).flat()],
    ['SADD', 'live:big set', ...Array.from({ length: 3000 }, (_, index) => String(index))],
  ]);
  client.close();
};

/** Writes to the source, and asks the target for PFCOUNT, which rewrites what a replica has. */
export const startLoad = async (
  sourcePort: number,
  targetPort: number,
  random: Random,
  writesPerSecond: number,
): Promise<Load> => {
  await prepare(sourcePort);
  const [source, target] = await Promise.all([connect(sourcePort), connect(targetPort)]);
  const beginMs = performance.now();
  let ended = false;
  let writes = 0;
  let acknowledge: Argument[][] = [];

  const tick = async () => {
    const due = Math.floor(((performance.now() - beginMs) / 1000) * writesPerSecond) - writes;
    const commands: Argument[][] = acknowledge;
    acknowledge = [];
    while (commands.length < Math.min(due, 1000)) {
      const write = WRITES[random.below(WRITES.length)] as Write;
      commands.push(...write(random, random.below(NAMES)));
    }
    writes += commands.length;
    const answers = await source.runAll(commands);
    for (const [at, [name]] of commands.entries()) {
      if (name === 'XREADGROUP') acknowledge.push(...acknowledgements(answers[at], random));
    }
    await target.run('PFCOUNT', `live:hll:${random.below(20)}`);
  };

  const running = (async () => {
    while (!ended) {
      await tick();
      await sleep(TICK_MS);
    }
  })();
  running.catch(() => undefined);

  return {
    get writes() {
      return writes;
    },
    async stop() {
      ended = true;
      await running;
      source.close();
      target.close();
      return { writesPerSecond: Math.round((1000 * writes) / (performance.now() - beginMs)) };
    },
  };
};

/** Most of what was read is acknowledged. */
const acknowledgements = (answer: unknown, random: Random): Argument[][] => {
  const [, entries] = ((answer ?? []) as [Buffer, [Buffer, unknown][]][])[0] ?? [];
  return (entries ?? []).filter(() => random.below(4) > 0).map(([id]) => ['XACK', 'live:stream', 'workers', id]);
};
