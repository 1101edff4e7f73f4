import { afterEach, describe, expect, it } from 'vitest';
import type { SourceClient } from '../../../../local/demo/seed.ts';
import type { StartRedisOptions } from '../../../../local/redis/server.ts';
import * as act from '../../../preflight/acts.ts';
import { startFront } from '../../../preflight/front.ts';
import { gather, type Scene, setScene, valueIn } from './scene.ts';

const scene: Scene = setScene();
afterEach(() => scene.end());

const sourceWith = async (commands: (string | Buffer)[][], options: StartRedisOptions = {}) => {
  const redis = await scene.start(options);
  const client = await scene.client(redis);
  await run(client, commands);
  return redis;
};
const run = async (client: SourceClient, commands: (string | Buffer)[][]) => {
  for (const command of commands) await client.sendCommand(command);
};
const byName = <T extends { name: string }>(keys: readonly T[]) =>
  Object.fromEntries(keys.map((key) => [key.name, key]));

describe('Keys of the source', () => {
  it('are told by type, size and elements, and their values are not read', async () => {
    const redis = await sourceWith([
      ['SET', 'string', 'x'.repeat(1000)],
      ['HSET', 'hash', 'a', '1', 'b', '2'],
      ['RPUSH', 'list', 'a', 'b', 'c'],
      ['SADD', 'set', 'a'],
      ['ZADD', 'zset', '1', 'a', '2', 'b'],
      ['XADD', 'stream', '*', 'a', '1'],
    ]);
    const before = await (await scene.client(redis)).sendCommand(['INFO', 'commandstats']);
    const keys = byName(valueIn((await gather(redis)).sourceKeys));
    const after = await (await scene.client(redis)).sendCommand(['INFO', 'commandstats']);

    const key = (name: string, elements: number) => ({
      database: 0,
      name,
      type: name,
      elements,
      ...(name !== 'stream' && { bytes: expect.any(Number) }),
    });
    expect(keys).toEqual({
      string: key('string', 1000),
      hash: key('hash', 2),
      list: key('list', 3),
      set: key('set', 1),
      zset: key('zset', 2),
      stream: key('stream', 1),
    });
    expect(keys.string?.bytes).toBeGreaterThan(1000);
    for (const reader of ['get', 'hgetall', 'lrange', 'smembers', 'zrange', 'xrange', 'hscan']) {
      expect(String(before) + after).not.toContain(`cmdstat_${reader}:`);
    }
  });

  it('have what stands for their names where these are redacted, at both looks', async () => {
    const redis = await sourceWith([
      ['SET', 'session:anna', 'x', 'EX', '5000'],
      ['SET', Buffer.from('\xff', 'latin1'), 'x', 'EX', '5000'],
    ]);
    const keyNames = { redaction: async () => (name: string) => `key-${name.length}` };
    for (const sampleMs of [0, 30]) {
      const facts = await gather(redis, { keyNames, sampleMs });
      expect(Object.keys(byName(valueIn(facts.sourceKeys))).sort()).toEqual(['key-12', 'key-4']);
      expect(JSON.stringify(facts.sourceKeys)).not.toContain('anna');
    }
  });

  it('have names that are binary and may be long', async () => {
    const redis = await sourceWith([
      ['SET', Buffer.from('\xff\x00\r\nend', 'latin1'), 'value'],
      ['SET', 'x'.repeat(200), 'value'],
    ]);
    const keys = valueIn((await gather(redis)).sourceKeys);

    expect(keys.map(({ name, elements }) => [name, elements]).sort()).toEqual([
      [`${'x'.repeat(79)}…`, 5],
      ['�? end', 5],
    ]);
  });

  it('are looked at in every database that has any, in proportion', async () => {
    const redis = await sourceWith([
      ...Array.from({ length: 300 }, (_, index) => ['SET', `key:${index}`, '1']),
      ['SELECT', '3'],
      ...Array.from({ length: 100 }, (_, index) => ['SET', `key:${index}`, '1']),
      ['SELECT', '9'],
      ['SET', 'alone', '1'],
    ]);
    const keys = valueIn((await gather(redis)).sourceKeys);
    const count = (database: number) => keys.filter((key) => key.database === database).length;

    expect(keys.length).toBeLessThanOrEqual(300);
    expect(count(0)).toBeGreaterThan(150);
    expect(count(3)).toBeGreaterThan(40);
    expect(keys.find(({ database }) => database === 9)?.name).toBe('alone');
    expect(new Set(keys.map(({ database, name }) => `${database} ${name}`)).size).toBe(keys.length);
  });

  it('are all looked at when there are few, and some hundred when there are many, from all over', async () => {
    const redis = await sourceWith([['DEBUG', 'POPULATE', '250']], { config: { 'enable-debug-command': 'yes' } });
    expect(valueIn((await gather(redis)).sourceKeys)).toHaveLength(250);

    await run(await scene.client(redis), [['DEBUG', 'POPULATE', '50000']]);
    const [one, other] = [valueIn((await gather(redis)).sourceKeys), valueIn((await gather(redis)).sourceKeys)];
    expect(one).toHaveLength(300);
    // Two samples out of 50,000 have a key or two in common, unless they begin at the same place.
    const names = new Set(one.map(({ name }) => name));
    expect(other.filter(({ name }) => names.has(name)).length).toBeLessThan(30);
    const thousands = new Set(one.map(({ name }) => Math.floor(Number(name.slice('key:'.length)) / 5000)));
    expect(thousands.size).toBe(10);
  });

  it('that expire are looked at twice', async () => {
    const redis = await sourceWith([
      ['SET', 'stays', '1'],
      ['SET', 'expires', '1', 'PX', '500000'],
      ['SET', 'goes', '1', 'PX', '100000'],
      ['SET', 'slides', '1', 'PX', '100000'],
      ['SET', 'persists', '1', 'PX', '100000'],
    ]);
    const client = await scene.client(redis);
    // The second look comes after the second INFO, which waits for what happens in between.
    const happened = Promise.withResolvers<void>();
    let infos = 0;
    const waits: act.Act = async ({ client: asking, real }) => {
      if (++infos > 1) await happened.promise;
      asking.write(await real());
    };
    const front = await startFront(redis.port, { INFO: waits });
    scene.later(() => front.close());
    const gathering = gather(front, { sampleMs: 1 });
    await expect.poll(() => front.heard.flat()).toContain('DUMP');
    await run(client, [
      ['DEL', 'goes'],
      ['PEXPIRE', 'slides', '200000'],
      ['PERSIST', 'persists'],
    ]);
    happened.resolve();
    const keys = byName(valueIn((await gathering).sourceKeys));

    expect(keys.stays).not.toHaveProperty('ttlMs');
    expect(keys.stays).not.toHaveProperty('apartMs');
    const { ttlMs = 0, laterTtlMs = 0, apartMs = 0 } = keys.expires ?? {};
    expect(ttlMs).toBeGreaterThan(400_000);
    expect(apartMs).toBeGreaterThan(0);
    expect(laterTtlMs).toBeLessThan(ttlMs);
    expect(keys.slides?.laterTtlMs).toBeGreaterThan(100_000);
    for (const gone of [keys.goes, keys.persists]) {
      expect(gone).toMatchObject({ ttlMs: expect.any(Number), apartMs: expect.any(Number) });
      expect(gone).not.toHaveProperty('laterTtlMs');
    }
  });

  it('that live for ever, nearly, have the longest TTL that is told exactly', async () => {
    const redis = await sourceWith([['SET', 'key', '1', 'PXAT', '9200000000000000000']]);

    expect(valueIn((await gather(redis)).sourceKeys)).toMatchObject([{ ttlMs: Number.MAX_SAFE_INTEGER }]);
  });

  it('that are none are no sample, and then there is no RDB version to read', async () => {
    expect(await gather(await scene.start())).toMatchObject({ sourceKeys: { value: [] }, rdbFormat: { moot: true } });
  });

  it('that another takes the place of are told without elements', async () => {
    const redis = await sourceWith([['HSET', 'key', 'a', '1']]);
    const front = await startFront(redis.port, { TYPE: act.answer('string') });
    scene.later(() => front.close());

    expect(valueIn((await gather(front)).sourceKeys)).toEqual([
      { database: 0, name: 'key', type: 'string', bytes: expect.any(Number) },
    ]);
  });

  it.each<[string, Parameters<typeof startFront>[1], string | RegExp]>([
    ['names that are none', { SCAN: act.answer(['0', [1]]) }, 'SCAN was answered in a form that it does not have'],
    ['a cursor that is none', { SCAN: act.answer(['x', []]) }, 'SCAN was answered in a form that it does not have'],
    ['another database', { SELECT: act.answer(1) }, 'SELECT was answered in a form that it does not have'],
    ['types that are none', { TYPE: act.answer(7) }, 'TYPE was answered in a form that it does not have'],
    ['a TTL that is none', { PTTL: act.answer(-3) }, 'PTTL was answered in a form that it does not have'],
    [
      'a size that is none',
      { 'MEMORY USAGE': act.answer(-1) },
      'MEMORY USAGE was answered in a form that it does not have',
    ],
    ['fewer elements than none', { STRLEN: act.answer(-1) }, 'STRLEN was answered in a form that it does not have'],
    [
      'absurdly many elements',
      { STRLEN: act.bytes(':9223372036854775807\r\n') },
      'STRLEN was answered in a form that it does not have',
    ],
    [
      'no size of any of them',
      { 'MEMORY USAGE': act.answer(null) },
      'all sampled keys were gone when they were looked at',
    ],
    [
      'absurd counts of keys',
      { INFO: act.info({ db0: 'keys=99999999999999999999,expires=0' }) },
      /^INFO is not as it should be: its db0 is/,
    ],
    [
      'an absurd name',
      { SCAN: act.bytes('*2\r\n$1\r\n0\r\n*1\r\n$536870912\r\n') },
      /a text of 536870912 bytes, which/,
    ],
  ])('are not read by a source that tells %s', async (_, rules, why) => {
    const front = await startFront((await sourceWith([['SET', 'key', 'value']])).port, rules);
    scene.later(() => front.close());
    const facts = await gather(front);

    expect(facts.sourceKeys).toEqual({ unreadable: typeof why === 'string' ? why : expect.stringMatching(why) });
    expect(facts.rdbFormat).toEqual({ moot: true });
  });

  it('of databases without number are looked at in some of them', async () => {
    const databases = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`db${at}`, 'keys=1,expires=0']));
    const redis = await sourceWith([['SET', 'key', 'value']]);
    const front = await startFront(redis.port, { INFO: act.info(databases), SELECT: act.answer('OK') });
    scene.later(() => front.close());
    await gather(front);

    expect(front.heard.filter(([name]) => name === 'SCAN').length).toBeLessThanOrEqual(64);
  });
});

describe('The RDB version of the source', () => {
  it('is read from a DUMP of one small key', async () => {
    // Redis 7.0 writes version 10, 7.2 and Valkey 11, later ones more.
    const format = valueIn((await gather(await sourceWith([['SET', 'key', 'value']]))).rdbFormat);

    expect(format).toBeGreaterThanOrEqual(10);
    expect(format).toBeLessThan(100);
  });

  it('is not read from a key that is large', async () => {
    const redis = await sourceWith([['SET', 'key', 'x'.repeat(10_000)]]);

    expect((await gather(redis)).rdbFormat).toEqual({ moot: true });
  });

  it.each<[string, Parameters<typeof startFront>[1], string]>([
    ['has no footer', { DUMP: act.answer('short') }, 'DUMP was answered in a form that it does not have'],
    ['is gone each time', { DUMP: act.answer(null) }, 'the keys that DUMP was asked for were gone'],
  ])('is not known when what is dumped %s', async (_, rules, why) => {
    const front = await startFront((await sourceWith([['SET', 'key', 'value']])).port, rules);
    scene.later(() => front.close());

    expect((await gather(front)).rdbFormat).toEqual({ unreadable: why });
  });
});
