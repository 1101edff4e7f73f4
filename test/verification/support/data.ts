import type { Argument, Client } from './pair.ts';
import type { Random } from './random.ts';

/** Types of which small keys are made, `still:<type>:<index>`: nobody writes to them. */
export const TYPES = ['string', 'number', 'hash', 'list', 'set', 'intset', 'zset', 'stream', 'hll'] as const;
export type StillType = (typeof TYPES)[number];

export const stillKey = (type: StillType, index: number): string => `still:${type}:${index}`;

const GROUP = 'group';

const creation = (type: StillType, key: string, random: Random): Argument[][] => {
  const many = <T>(count: number, make: (index: number) => T[]): T[] =>
    Array.from({ length: count }, (_, index) => make(index)).flat();
  const word = () => `w${random.below(1e9)}`;
  switch (type) {
    case 'string':
      return [['SET', key, random.bytes(20 + random.below(200))]];
    case 'number':
      return [['SET', key, String(random.below(1e6) + 1e6)]];
    case 'hash':
      return [['HSET', key, ...many(2 + random.below(8), (index) => [`field${index}`, word()])]];
    case 'list':
      return [['RPUSH', key, ...many(3 + random.below(8), (index) => [`${index}:${word()}`])]];
    case 'set':
      return [['SADD', key, ...many(3 + random.below(8), () => [word()])]];
    case 'intset':
      return [['SADD', key, ...many(5, () => [String(random.below(1e6))])]];
    case 'zset':
      return [['ZADD', key, ...many(3 + random.below(8), () => [String(random.next() * 100), word()])]];
    case 'hll':
      return [['PFADD', key, ...many(30, () => [word()])]];
    case 'stream':
      return [
        ...Array.from({ length: 6 }, (_, index) => ['XADD', key, `${index + 1}-0`, 'field', word(), 'more', word()]),
        ['XGROUP', 'CREATE', key, GROUP, '0'],
        ['XREADGROUP', 'GROUP', GROUP, 'worker-a', 'COUNT', '2', 'STREAMS', key, '>'],
        ['XREADGROUP', 'GROUP', GROUP, 'worker-b', 'COUNT', '2', 'STREAMS', key, '>'],
      ];
  }
};

/** `count` small keys of each type, every second with a TTL; some with names and values that trip programs up. */
export const seedStill = async (client: Client, random: Random, count: number): Promise<void> => {
  for (const type of TYPES) {
    for (let index = 0; index < count; index++) {
      const key = stillKey(type, index);
      const commands = creation(type, key, random);
      if (index % 2 === 1) commands.push(['PEXPIREAT', key, String(Date.now() + 3_600_000 + random.below(1e9))]);
      await client.runAll(commands);
    }
  }
  await client.runAll([
    ['SET', '', 'the name is empty'],
    ['SET', 'empty value', ''],
    ['SET', Buffer.of(0, 255, 10, 13, 32), Buffer.of(0, 1, 2, 255, 254)],
    ['SET', 'n'.repeat(3000), 'a long name'],
    ['SET', 'not a HyperLogLog', 'HYLL and some more text'],
    ['SET', 'almost a HyperLogLog', Buffer.from('HYLL\x01\x00\x00\x00 and more', 'latin1')],
    ['HSET', 'odd hash', '', '', Buffer.of(0), Buffer.of(255), 'a:b', '1:c'],
    ['ZADD', 'odd scores', '0.1', 'a', '-inf', 'b', '+inf', 'c', '1e300', 'd', '-0', 'e', '3.0000000000000004', 'f'],
    ['XGROUP', 'CREATE', 'empty stream', GROUP, '$', 'MKSTREAM'],
  ]);
};

/** A value of 20 MB, and collections of `elements` each. */
export const seedBig = async (client: Client, random: Random, elements: number): Promise<void> => {
  await client.run('SET', 'big:string', Buffer.alloc(20_000_000, random.bytes(10_007)));
  const AT_ONCE = 1000;
  for (let from = 0; from < elements; from += AT_ONCE) {
    const range = Array.from({ length: Math.min(AT_ONCE, elements - from) }, (_, index) => from + index);
    await client.runAll([
      ['HSET', 'big:hash', ...range.flatMap((index) => [`field${index}`, `value${index}`])],
      ['SADD', 'big:set', ...range.map((index) => `member${index}`)],
      ['ZADD', 'big:zset', ...range.flatMap((index) => [String(index / 7), `member${index}`])],
      ['RPUSH', 'big:list', ...range.map((index) => `element${index}`)],
      ...range.map((index) => ['XADD', 'big:stream', `${index + 1}-0`, 'field', `value${index}`]),
    ]);
  }
  await client.runAll([
    ['XGROUP', 'CREATE', 'big:stream', GROUP, '0'],
    ['XREADGROUP', 'GROUP', GROUP, 'worker', 'COUNT', '3000', 'STREAMS', 'big:stream', '>'],
    ['PEXPIRE', 'big:hash', '7200000'],
  ]);
};
