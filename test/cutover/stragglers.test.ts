import { RedisClient } from '@redis/client';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../functions/adapters/clock.ts';
import { redisServers } from '../../functions/adapters/redis-servers.ts';
import { makeStragglerLook, toStragglersSummary } from '../../functions/cutover/stragglers.ts';
import { Refused } from '../../functions/preflight/ports.ts';
import { type Control, connectControl } from '../../local/redis/control.ts';
import { type RedisProcess, startRedis } from '../../local/redis/server.ts';
import { aFence } from './support/certificates.ts';

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

const PROMOTED_MS = Date.parse('2026-01-01T00:00:00.000Z');

const source = async (config: Record<string, string> = {}): Promise<RedisProcess> => {
  const redis = await startRedis({ config });
  ending.push(() => redis.stop());
  return redis;
};
const connect = async (redis: RedisProcess, username?: string): Promise<Control> => {
  const control = await connectControl({
    host: redis.host,
    port: redis.port,
    ...(username && { username, password: 'pw' }),
  });
  ending.push(() => control.close());
  return control;
};
/** An application's client of its own kind: it announces itself, and it is what reconnects. */
const application = async (redis: RedisProcess, name: string) => {
  const client = RedisClient.create({ RESP: 3, name, socket: { host: redis.host, port: redis.port } });
  client.on('error', () => undefined);
  await client.connect();
  ending.push(() => client.destroy());
  return client;
};
/** As the durable fence leaves it. */
const fenceByAcl = async (control: Control, ...users: string[]) => {
  for (const user of ['default', ...users]) await control.command('ACL', 'SETUSER', user, '-@write', '-publish');
};
const fenceOf = (...nodes: { host: string; port: number }[]) =>
  aFence({
    nodes: nodes.map(({ host, port }, index) => ({
      nodeGroupId: '0001',
      endpoint: { address: host, port },
      role: index === 0 ? ('primary' as const) : ('replica' as const),
      connection: 'elasticache-migrator-attempt-1',
      before: {},
    })),
  });
const newLook = () => makeStragglerLook(redisServers(), systemClock);

describe('who turns to the old primary', () => {
  it('is nobody while only monitors, replicas and we are there', async () => {
    const redis = await source();
    const replica = await source({ replicaof: `${redis.host} ${redis.port}` });
    const monitor = await connect(redis);
    await monitor.info();
    await expect.poll(() => monitor.info('replication')).toMatchObject({ connected_slaves: '1' });

    const look = await newLook()(fenceOf(redis, replica), PROMOTED_MS);

    expect(look).toEqual({ stragglers: [], writers: 0, readers: 0, quietSinceMs: PROMOTED_MS });
  });

  it('is told by user, address, last command and count, once for all its refused writes', async () => {
    const redis = await source();
    const control = await connect(redis);
    await control.command('ACL', 'SETUSER', 'shop', 'on', '>pw', '~*', '&*', '+@all');
    await fenceByAcl(control, 'shop');
    const shop = await connect(redis, 'shop');
    for (const command of [
      ['SET', 'a', '1'],
      ['XGROUP', 'CREATE', 'a', 'b', '0'],
      ['SET', 'a', '2'],
      ['PUBLISH', 'a', 'b'],
    ]) {
      await expect(shop.command(...command)).rejects.toThrow(/NOPERM/);
    }
    await expect(shop.command('EVAL', "return redis.call('set', 'x', '1')", '0')).rejects.toThrow();

    const look = await newLook()(fenceOf(redis), PROMOTED_MS);

    expect(look).toMatchObject({ writers: 1, readers: 0 });
    expect(look.stragglers).toEqual([
      {
        kind: 'writes',
        address: '127.0.0.1',
        node: { address: redis.host, port: redis.port },
        user: 'shop',
        command: expect.stringMatching(/^(publish|set)$/),
        count: 5,
        lastSeenAt: expect.any(String),
      },
    ]);
    expect(look.quietSinceMs).toBeGreaterThan(PROMOTED_MS);
  });

  it('is told although it has gone again', async () => {
    const redis = await source();
    await fenceByAcl(await connect(redis));
    const gone = await connect(redis);
    await expect(gone.command('DEL', 'a')).rejects.toThrow(/NOPERM/);
    gone.close();

    expect((await newLook()(fenceOf(redis), PROMOTED_MS)).stragglers).toMatchObject([
      { kind: 'writes', command: 'del' },
    ]);
  });

  it('is not told for what was refused before the promotion, nor for a command that does not write', async () => {
    const redis = await source();
    const control = await connect(redis);
    await fenceByAcl(control);
    await control.command('ACL', 'SETUSER', 'nosy', 'on', '>pw', '~*', '+@all', '-config', '-@write');
    const nosy = await connect(redis, 'nosy');
    await expect(nosy.command('CONFIG', 'GET', '*')).rejects.toThrow(/NOPERM/);
    await nosy.info();
    const old = await connect(redis);
    await expect(old.command('SET', 'a', '1')).rejects.toThrow(/NOPERM/);
    old.close();

    const look = newLook();
    expect((await look(fenceOf(redis), Date.now() + 60_000)).stragglers).toEqual([]);
    expect((await look(fenceOf(redis), PROMOTED_MS)).stragglers).toMatchObject([{ command: 'set', count: 1 }]);
  });

  it('reads, sits there, or waits for data', async () => {
    const redis = await source();
    const control = await connect(redis);
    await control.command('SET', 'a', '1');
    await control.info();
    const reader = await application(redis, 'reader');
    await reader.get('a');
    const waiting = await application(redis, 'waiting');
    const never = waiting.sendCommand(['XREAD', 'BLOCK', '0', 'STREAMS', 's', '$']).catch(() => undefined);
    await expect.poll(() => control.info('clients')).toMatchObject({ blocked_clients: '1' });

    const { stragglers, readers, quietSinceMs } = await newLook()(fenceOf(redis), PROMOTED_MS);

    // One for each user and address; the last one that did something is named.
    expect({ stragglers, readers }).toMatchObject({ readers: 1, stragglers: [{ kind: 'reads', user: 'default' }] });
    expect(['get', 'xread']).toContain(stragglers[0]?.command);
    expect(quietSinceMs).toBeGreaterThan(PROMOTED_MS);
    waiting.destroy();
    await never;
  });

  it('writes where no fence refuses it', async () => {
    const redis = await source();
    const writer = await connect(redis);
    await writer.command('SET', 'a', '1');

    expect((await newLook()(fenceOf(redis), PROMOTED_MS)).stragglers).toMatchObject([
      { kind: 'writes', command: 'set' },
    ]);
  });

  it('is told by the number of refused writes where min-replicas is the fence, and quiet when it grows no more', async () => {
    const redis = await source({ 'min-replicas-to-write': '9', 'min-replicas-max-lag': '10' });
    const writer = await connect(redis);
    await expect(writer.command('SET', 'a', '1')).rejects.toThrow(/NOREPLICAS/);
    writer.close();
    const look = newLook();

    const first = await look(fenceOf(redis), PROMOTED_MS);
    const second = await look(fenceOf(redis), PROMOTED_MS);
    expect(first).toMatchObject({ writers: 0, untold: expect.stringContaining('has refused 1 writes') });
    expect(first.quietSinceMs).toBeGreaterThan(PROMOTED_MS);
    expect(second.quietSinceMs).toBe(first.quietSinceMs);

    const another = await connect(redis);
    await expect(another.command('SET', 'a', '1')).rejects.toThrow(/NOREPLICAS/);
    another.close();
    expect((await look(fenceOf(redis), PROMOTED_MS)).quietSinceMs).toBeGreaterThan(first.quietSinceMs);
  });

  it('is nobody where the source is gone, which is said', async () => {
    const redis = await source();
    await redis.stop();

    expect(await newLook()(fenceOf(redis), PROMOTED_MS)).toMatchObject({
      stragglers: [],
      quietSinceMs: PROMOTED_MS,
      untold: expect.stringContaining('cannot be read'),
    });
  });

  it('is told of each node that was fenced', async () => {
    const [redis, other] = [await source(), await source()];
    const reader = await connect(other);
    await reader.command('GET', 'a');

    const { stragglers } = await newLook()(fenceOf(redis, other), PROMOTED_MS);
    expect(stragglers).toMatchObject([{ kind: 'reads', node: { port: other.port } }]);
  });

  it('is shown in the view: those who write first, 20 of them', () => {
    const stragglers = Array.from({ length: 30 }, (_, index) => ({
      kind: 'writes' as const,
      address: `10.0.0.${index}`,
      node: { address: '10.0.0.5', port: 6379 },
    }));
    const summary = toStragglersSummary(
      { stragglers, writers: 30, readers: 0, quietSinceMs: PROMOTED_MS },
      PROMOTED_MS,
    );

    expect(summary).toMatchObject({ writers: 30, quietSince: '2026-01-01T00:00:00.000Z' });
    expect(summary.clients).toHaveLength(20);
  });
});

describe('a server that is large or hostile', () => {
  const answering = (answers: Record<string, unknown>) => {
    const asked: string[] = [];
    const reply = (command: readonly (string | Buffer)[]) => {
      const name = command.join(' ');
      asked.push(name);
      const found = Object.entries(answers).find(([prefix]) => name.startsWith(prefix))?.[1];
      return (typeof found === 'string' ? Buffer.from(found) : (found ?? new Refused('ERR unknown'))) as Buffer;
    };
    const session = {
      localAddress: '10.0.0.9:1',
      sentBytes: 0,
      ask: async (...command: readonly (string | Buffer)[]) => {
        const answer: unknown = reply(command);
        if (answer instanceof Refused) throw answer;
        return answer as Buffer;
      },
      askAll: async (commands: readonly (readonly (string | Buffer)[])[]) => commands.map(reply),
      hear: async () => [],
      prolong: () => undefined,
      close: () => undefined,
    };
    return { asked, look: makeStragglerLook({ open: async () => session }, systemClock) };
  };
  const fence = fenceOf({ host: '10.0.0.5', port: 6379 });

  it('is not asked for a list of 10,000 clients; that they are there is told, and not quiet', async () => {
    const { asked, look } = answering({ 'INFO clients': 'connected_clients:10000\r\n', 'ACL LOG': [] });
    const { untold, quietSinceMs } = await look(fence, PROMOTED_MS);

    expect(asked.filter((name) => name.startsWith('CLIENT LIST'))).toEqual([]);
    expect(untold).toContain('9999 clients are connected');
    expect(quietSinceMs).toBeGreaterThan(PROMOTED_MS);
  });

  it('has its names cut, and nothing in them that steers a terminal', async () => {
    const evil = `\u001b]0;x\u0007${'y'.repeat(5000)}`;
    const line = `id=7 addr=10.0.0.7:1 name=${evil} flags=N idle=0 cmd=${evil} user=${evil}\n`;
    const { look } = answering({ 'INFO clients': 'connected_clients:2\r\n', 'CLIENT LIST': line, 'ACL LOG': [] });
    const { stragglers } = await look(fence, PROMOTED_MS);

    expect(stragglers).toHaveLength(1);
    expect(JSON.stringify(stragglers).length).toBeLessThan(500);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is looked at
    expect(Object.values(stragglers[0] ?? {}).join('')).not.toMatch(/[\u0000-\u001f]/);
  });

  it.each([
    ['an ACL LOG of another form', { 'INFO clients': 'connected_clients:1\r\n', 'ACL LOG': ['what'] }],
    ['no INFO', { 'ACL LOG': [] }],
  ])('is told as not readable when it has %s', async (_, answers) => {
    expect((await answering(answers).look(fence, PROMOTED_MS)).untold).toContain('cannot be read');
  });
});
