import type { DifferenceKind } from '../../../functions/verification/difference.ts';
import { type StillType, stillKey } from './data.ts';
import type { Client } from './pair.ts';
import type { Random } from './random.ts';

/** What verification must say of a fault. */
export interface Planted {
  database: number;
  key: string;
  kind: DifferenceKind;
}

export interface Fault {
  name: string;
  /** The small keys that it can be planted in; absent for a fault in a key of its own. */
  type?: StillType;
  /** Changes the target alone. */
  plant(target: Client, key: string, random: Random): Promise<unknown>;
  kind: DifferenceKind;
}

const first = async (target: Client, ...command: string[]): Promise<Buffer> => {
  const [element] = await target.run<Buffer[]>(...command);
  if (!element) throw new Error(`${command.join(' ')} found nothing`);
  return element;
};

/** The same bytes with one of them changed. */
const altered = (value: Buffer, at = 0): Buffer => {
  const copy = Buffer.from(value);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

/** An entry cannot be changed in place: the stream is made anew as data.ts makes it, with one other byte. */
const rewriteStream = async (target: Client, key: string): Promise<void> => {
  const entries = await target.run<[Buffer, Buffer[]][]>('XRANGE', key, '-', '+');
  await target.run('DEL', key);
  for (const [at, [id, [field, text, ...more]]] of entries.entries()) {
    await target.run('XADD', key, id, field as Buffer, at === 2 ? altered(text as Buffer) : (text as Buffer), ...more);
  }
  await target.run('XGROUP', 'CREATE', key, 'group', '0');
  for (const worker of ['worker-a', 'worker-b']) {
    await target.run('XREADGROUP', 'GROUP', 'group', worker, 'COUNT', '2', 'STREAMS', key, '>');
  }
};

const value = (name: string, type: StillType, plant: Fault['plant']): Fault => ({ name, type, plant, kind: 'value' });
const ttl = (name: string, plant: Fault['plant']): Fault => ({ name, type: 'string', plant, kind: 'ttl' });

/** Every class of fault in small keys. TTL faults want an odd index (a key with a TTL), except `added`. */
export const FAULTS: readonly Fault[] = [
  { name: 'missing', type: 'hash', plant: (t, key) => t.run('DEL', key), kind: 'missing' },
  { name: 'extra', plant: (t, key) => t.run('SET', key, 'nobody wrote this'), kind: 'extra' },
  {
    name: 'other type',
    type: 'list',
    plant: async (t, key) => {
      await t.run('DEL', key);
      await t.run('SADD', key, 'a');
    },
    kind: 'type',
  },
  value('string, same length', 'string', async (t, key, random) => {
    const length = await t.run<number>('STRLEN', key);
    const at = String(random.below(length));
    await t.run('SETRANGE', key, at, altered(await t.run<Buffer>('GETRANGE', key, at, at)));
  }),
  value('number, same length', 'number', (t, key) => t.run('INCRBY', key, '1')),
  value('hash value, same length', 'hash', async (t, key) =>
    t.run('HSET', key, 'field1', altered(await t.run<Buffer>('HGET', key, 'field1'))),
  ),
  value('hash field renamed', 'hash', async (t, key) => {
    await t.run('HSET', key, 'fielD1', await t.run<Buffer>('HGET', key, 'field1'));
    await t.run('HDEL', key, 'field1');
  }),
  value('list element, same length', 'list', async (t, key) =>
    t.run('LSET', key, '1', altered(await t.run<Buffer>('LINDEX', key, '1'))),
  ),
  value('order of a list', 'list', async (t, key) => t.run('RPUSH', key, await t.run<Buffer>('LPOP', key))),
  value('set member, same length', 'set', async (t, key) => {
    const member = await first(t, 'SMEMBERS', key);
    await t.run('SREM', key, member);
    await t.run('SADD', key, altered(member));
  }),
  value('set of numbers', 'intset', async (t, key) => {
    await t.run('SREM', key, await first(t, 'SMEMBERS', key));
    await t.run('SADD', key, '1000001');
  }),
  value('sorted set member', 'zset', async (t, key) => {
    const [member, score] = await t.run<Buffer[]>('ZRANGE', key, '1', '1', 'WITHSCORES');
    await t.run('ZREM', key, member as Buffer);
    await t.run('ZADD', key, score as Buffer, altered(member as Buffer));
  }),
  value('score, by its last digit', 'zset', async (t, key) => {
    const [member, score] = await t.run<Buffer[]>('ZRANGE', key, '1', '1', 'WITHSCORES');
    await t.run('ZADD', key, String(Number(score) * (1 + Number.EPSILON)), member as Buffer);
  }),
  value('HyperLogLog', 'hll', async (t, key, random) => {
    while ((await t.run<number>('PFADD', key, String(random.next()))) === 0);
  }),
  value('stream entry, same length', 'stream', rewriteStream),
  value('stream entry lost', 'stream', (t, key) => t.run('XDEL', key, '5-0')),
  value('stream entry too many', 'stream', (t, key) => t.run('XADD', key, '9-0', 'field', 'x')),
  value('stream group lost', 'stream', (t, key) => t.run('XGROUP', 'DESTROY', key, 'group')),
  value('stream group position', 'stream', (t, key) => t.run('XGROUP', 'SETID', key, 'group', '3-0')),
  value('stream consumer lost', 'stream', (t, key) => t.run('XGROUP', 'DELCONSUMER', key, 'group', 'worker-a')),
  value('pending entry lost', 'stream', (t, key) => t.run('XACK', key, 'group', '2-0')),
  value('pending entry of another consumer', 'stream', (t, key) =>
    t.run('XCLAIM', key, 'group', 'worker-b', '0', '1-0', 'RETRYCOUNT', '1', 'JUSTID'),
  ),
  ttl('TTL shorter', async (t, key) => t.run('PEXPIREAT', key, String((await t.run<number>('PEXPIRETIME', key)) - 1))),
  ttl('TTL longer', async (t, key) => t.run('PEXPIREAT', key, String((await t.run<number>('PEXPIRETIME', key)) + 1))),
  ttl('TTL gone', (t, key) => t.run('PERSIST', key)),
  ttl('TTL added', (t, key) => t.run('PEXPIRE', key, '3600000')),
];

/** A small key for the n-th planting of a fault: each fault of a type has its own. */
export const keyFor = (fault: Fault, planting: number): string => {
  if (!fault.type) return `extra:${planting}`;
  const same = FAULTS.filter(({ type }) => type === fault.type);
  const wantsTtl = fault.kind === 'ttl' && fault.name !== 'TTL added';
  return stillKey(fault.type, 2 * (planting * same.length + same.indexOf(fault)) + (wantsTtl ? 1 : 0));
};

/** How many still keys of each type `plantings` of every fault need. */
export const stillKeysFor = (plantings: number): number => 2 * (plantings * 10 + 10);

/** One changed element in each big value. */
export const bigFaults = (elements: number): readonly (Fault & { key: string })[] => [
  {
    name: 'one byte of 20 MB',
    key: 'big:string',
    plant: async (t, key, random) => {
      const at = String(random.below(20_000_000));
      await t.run('SETRANGE', key, at, altered(await t.run<Buffer>('GETRANGE', key, at, at)));
    },
    kind: 'value',
  },
  {
    name: 'one value of a hash',
    key: 'big:hash',
    plant: (t, _, random) => t.run('HSET', 'big:hash', `field${random.below(elements)}`, 'Value0'),
    kind: 'value',
  },
  {
    name: 'one member of a set',
    key: 'big:set',
    plant: async (t, _, random) => {
      const index = random.below(elements);
      await t.run('SREM', 'big:set', `member${index}`);
      await t.run('SADD', 'big:set', `Member${index}`);
    },
    kind: 'value',
  },
  {
    name: 'one score of a sorted set',
    key: 'big:zset',
    plant: (t, _, random) => t.run('ZINCRBY', 'big:zset', '0.000001', `member${random.below(elements)}`),
    kind: 'value',
  },
  {
    name: 'one element of a list',
    key: 'big:list',
    plant: (t, _, random) => t.run('LSET', 'big:list', String(random.below(elements)), 'Element'),
    kind: 'value',
  },
  {
    name: 'one entry of a stream',
    key: 'big:stream',
    plant: (t, _, random) => t.run('XDEL', 'big:stream', `${1 + random.below(elements)}-0`),
    kind: 'value',
  },
];
