import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { CutOverWorld } from '../../functions/cutover/cut-over-world.ts';
import { makeLiftFence } from '../../functions/cutover/lift-fence.ts';
import type { FencedNode } from '../../functions/migration/fence.ts';
import { type RedisProcess, type StartRedisOptions, startRedis } from '../../local/redis/server.ts';
import { MIGRATION_ID } from '../functions/support/records.ts';
import type { Link } from './ledger/links.ts';
import { PromotingGroups } from './ledger/promoting-groups.ts';
import { Connection, Refusal } from './ledger/resp.ts';
import { type Engine, engineFor } from './support/engine.ts';
import { movingAddress } from './support/moving-address.ts';
import { tapped } from './support/tap.ts';

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

const start = async (options: StartRedisOptions = {}): Promise<RedisProcess> => {
  const redis = await startRedis(options);
  ending.push(() => redis.stop());
  return redis;
};
const follow = async (source: RedisProcess): Promise<RedisProcess> => {
  const replica = await start({ config: { replicaof: `127.0.0.1 ${source.port}` } });
  await said(source, 'SET', 'streaming', 'yes');
  while ((await said(replica, 'GET', 'streaming')) !== 'yes');
  return replica;
};
const linkOf = (source: RedisProcess, target: RedisProcess): Link => ({
  nodeGroupId: '0001',
  source,
  sourceReplicas: [],
  target,
  targetReplicas: [],
});
/** The first word of a refusal, or the answer. */
const said = async (server: { port: number }, ...command: string[]) => {
  const connection = await Connection.open(server.port);
  try {
    const reply = await connection.call(...command);
    return reply instanceof Refusal ? reply.message.split(' ')[0] : reply;
  } finally {
    connection.close();
  }
};
const rulesOf = async (server: { port: number }) => (await said(server, 'ACL', 'LIST')) as string[];
const folderOf = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'elasticache-migrator-lift-'));
  ending.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
};
const givenUp = (engine: Engine, givesUp: (node: FencedNode) => boolean) =>
  engine.world.lift({ migrationId: MIGRATION_ID, because: 'an operator wants it', byOrder: true, givesUp });

/** A table that is lost when the fence is to be sealed: all of it stands by then, and the cutover is backed out. */
const losing = (
  { fences }: Engine,
  meanwhile: () => Promise<void> = async () => undefined,
): CutOverWorld['fences'] => ({
  find: (id) => fences.find(id),
  open: (fence) => fences.open(fence),
  leave: (id, attempt) => fences.leave(id, attempt),
  async advance(id, attempt, change) {
    if (change.phase !== 'sealed') return fences.advance(id, attempt, change);
    await meanwhile();
    throw new Error('the table was lost');
  },
});

describe('a source at maxclients, whose clients come back as soon as they are killed', () => {
  const crowd: Connection[] = [];
  afterEach(() => {
    for (const one of crowd.splice(0)) one.close();
  });
  const fill = async (server: { port: number }): Promise<void> => {
    for (;;) {
      const one = await Connection.open(server.port);
      if ((await one.call('PING').catch(() => 'refused')) !== 'PONG') return;
      crowd.push(one);
    }
  };

  it('is opened at once over the connections that the try has', async () => {
    const source = await start({ config: { maxclients: '20' } });
    const engine = await engineFor([linkOf(source, await follow(source))]);
    const cut = engine.cutOver({ world: () => ({ fences: losing(engine, () => fill(source)) }) });

    await expect(cut).rejects.toThrow('the table was lost');
    expect((await engine.fence()).phase).toBe('lifted');
    expect(await crowd[0]?.call('SET', 'k', 'v')).toBe('OK');
  });

  it('would stay closed if the lift had to connect anew', async () => {
    const source = await start({ config: { maxclients: '20' } });
    const engine = await engineFor([linkOf(source, await follow(source))]);
    let passedMs = 0;
    const now = () => Date.now() + passedMs;
    const sleep = async (ms: number) => {
      passedMs += ms;
    };
    const { open, fences, locks, migrations } = engine.world;
    const lift = makeLiftFence(open, fences, locks, migrations, { now, sleep }, randomUUID);
    const cut = engine.cutOver({
      world: () => ({
        fences: losing(engine, () => fill(source)),
        async lift({ own, ...input }) {
          if (!own) return lift(input);
          const { held, ...others } = own;
          for (const session of held?.values() ?? []) session.close();
          while (String(await crowd[0]?.call('CLIENT', 'LIST')).includes('name=elasticache-migrator'));
          await fill(source);
          return lift({ ...input, own: others });
        },
      }),
    });

    await expect(cut).rejects.toThrow(/max number of clients/);
    expect((await engine.fence()).phase).toBe('lifting');
    expect(await crowd[0]?.call('SET', 'k', 'v')).toMatchObject({ message: expect.stringMatching(/^NOPERM/) });
  });
});

const moving = async (source: RedisProcess) => {
  const address = await movingAddress(source.port);
  ending.push(() => address.close());
  const target = await follow(source);
  const groups = new PromotingGroups([linkOf(source, target)], () => 0);
  return { address, engine: await engineFor([linkOf({ ...source, port: address.port }, target)], { groups }) };
};

describe('an address that leads elsewhere when the fence is lifted', () => {
  it('to a replica that is fenced, too: nothing counts as lifted until it leads back', async () => {
    const source = await start();
    const replica = await follow(source);
    const { address, engine } = await moving(source);
    expect(await engine.cutOver()).toMatchObject({ outcome: 'sent' });
    address.leadTo(replica.port);

    await expect(engine.unfence()).rejects.toThrow(
      `127.0.0.1:${address.port} leads to 127.0.0.1:${replica.port} by now, and the node that was fenced is not there`,
    );
    expect([(await engine.fence()).phase, await said(source, 'SET', 'k', 'v')]).toEqual(['lifting', 'NOPERM']);
    address.leadTo(source.port);
    expect(await engine.unfence()).toBe('lifted');
    expect(await said(source, 'SET', 'k', 'v')).toBe('OK');
  });

  it('would have the replica lifted twice, and the old primary told of as lifted, if nobody looked at run ids', async () => {
    const source = await start();
    const replica = await follow(source);
    const { address, engine } = await moving(source);
    await engine.cutOver();
    const { attempt, nodes } = await engine.fence();
    await engine.fences.advance(MIGRATION_ID, attempt, { nodes: nodes.map(({ runId, ...node }) => node) });
    address.leadTo(replica.port);

    expect(await engine.unfence()).toBe('lifted');
    expect(await said(source, 'SET', 'k', 'v')).toBe('NOPERM');
  });

  const MONITOR = 'monitor on nopass ~* &* -@all +info +ping';
  it.each([
    ['that only reads', '-@all +@read +@connection +info +acl +command +module', 'nothing was changed there'],
    [
      'that reads and publishes',
      '-@all +@read +@pubsub +@connection +info +acl +command +module',
      'nothing was changed there',
    ],
    ['that does not tell its users', '-@all +@read +@connection +@admin +info', 'does not tell its users'],
    ['that lets nobody in', '-@all +auth', 'CLIENT SETNAME was refused'],
  ])(
    'to a stranger %s, whose users stay as they are, also those of the same name; by name it is given up',
    async (_, rules, why) => {
      const source = await start({ acl: ['default on nopass ~* &* +@all', MONITOR] });
      const stranger = await start({
        acl: [`default on nopass ~* ${rules}`, MONITOR, 'admin on nopass ~* &* +@all'],
      });
      const { address, engine } = await moving(source);
      await engine.cutOver({ waivers: ['users-included'] });
      const admin = await Connection.open(stranger.port);
      ending.push(() => admin.close());
      await admin.ask('AUTH', 'admin', 'any');
      const before = await admin.ask('ACL', 'LIST');
      address.leadTo(stranger.port);

      await expect(engine.unfence()).rejects.toThrow(why);
      expect([(await engine.fence()).phase, await admin.ask('ACL', 'LIST')]).toEqual(['lifting', before]);
      expect(await givenUp(engine, () => true)).toBe('lifted');
      expect(await admin.ask('ACL', 'LIST')).toEqual(before);
      expect((await engine.fence()).givenUp).toEqual([{ address: '127.0.0.1', port: address.port }]);
    },
  );

  it('to a stranger that only reads, of a try that died before it was sealed: its users stay as they are', async () => {
    const source = await start();
    const stranger = await start({
      acl: ['default on nopass ~* -@all +@read +@connection +info +acl +command +module'],
    });
    const { address, engine } = await moving(source);
    await engine.cutOver();
    const { attempt, nodes } = await engine.fence();
    await engine.fences.advance(MIGRATION_ID, attempt, { nodes: nodes.map(({ behind, ...node }) => node) });
    const before = await rulesOf(stranger);
    address.leadTo(stranger.port);

    await expect(engine.unfence()).rejects.toThrow(/nothing was changed there/);
    expect(await rulesOf(stranger)).toEqual(before);
  });

  it('to a stranger that is as the source was: it is left alone, and told of', async () => {
    const source = await start();
    const stranger = await start();
    const { address, engine } = await moving(source);
    await engine.cutOver();
    address.leadTo(stranger.port);

    expect(await engine.unfence()).toBe('lifted');
    expect((await engine.fence()).liftedBecause).toMatch(
      /is another process .*: if it is another server, the fenced one still is\.$/,
    );
    expect(await said(source, 'SET', 'k', 'v')).toBe('NOPERM');
  });
});

it('a replica that hangs keeps nobody off the primary when the cutover is backed out', async () => {
  const source = await start();
  const replica = await follow(source);
  const engine = await engineFor([linkOf(source, await follow(source))]);
  const cut = engine.cutOver({
    world: () => ({
      fences: losing(engine, async () => {
        replica.kill('SIGSTOP');
        ending.push(() => replica.kill('SIGCONT'));
      }),
    }),
  });

  await expect(cut).rejects.toThrow(`127.0.0.1:${replica.port} did not answer`);
  expect(await said(source, 'SET', 'k', 'v')).toBe('OK');
});

describe('a source that was started anew behind the fence', () => {
  const restarted = async (config: Record<string, string>, acl?: readonly string[]) => {
    const folder = await folderOf();
    const source = await startRedis({ folder, config, ...(acl && { acl }) });
    const engine = await engineFor([linkOf(source, await follow(source))]);
    expect(await engine.cutOver({ waivers: ['users-included'] })).toMatchObject({ outcome: 'sent' });
    await source.stop();
    const again = await start({ folder, port: source.port });
    return { engine, again, folder };
  };
  const ACL = ['default on nopass ~* &* +@all', 'app on nopass ~app:* &* -@all +set +get +del +info'];

  it.each([
    ['rules', { appendonly: 'no' }, 'configFile'],
    ['min-replicas-to-write', { appendonly: 'yes' }, 'minReplicas'],
  ])('is known again by its %s, and opened', async (_, config, persistsBy) => {
    const { engine, again } = await restarted(config, ACL);
    expect((await engine.fence()).nodes).toEqual([expect.objectContaining({ persistsBy })]);
    expect(await said(again, 'SET', 'k', 'v')).toMatch(/NOPERM|NOREPLICAS/);

    expect(await engine.unfence()).toBe('lifted');
    expect(await said(again, 'SET', 'k', 'v')).toBe('OK');
    expect((await rulesOf(again)).find((rule) => rule.startsWith('user app'))).toMatch(/\+set/);
  });

  it('is known again by whoever repeats a lift that could not write its file', async () => {
    const { engine, again, folder } = await restarted({}, ACL);
    const [node] = (await engine.fence()).nodes;
    const file = join(folder, 'redis.conf');
    await rename(file, `${file}.away`);
    await mkdir(file);

    await expect(engine.unfence()).rejects.toThrow(/CONFIG REWRITE was refused/);
    expect((await engine.fence()).nodes[0]?.runId).not.toBe(node?.runId);
    await rm(file, { recursive: true });
    await rename(`${file}.away`, file);
    expect(await engine.unfence()).toBe('lifted');
    await again.stop();
    expect(await said(await start({ folder, port: again.port }), 'SET', 'k', 'v')).toBe('OK');
  });

  const again = async (server: RedisProcess, folder: string) => {
    await server.stop();
    return start({ folder, port: server.port });
  };

  it('and opened by hand: its file is opened, too, by an order', async () => {
    const { engine, again: opened, folder } = await restarted({});
    await said(opened, 'ACL', 'SETUSER', 'default', '+@all');

    expect(await engine.unfence()).toBe('lifted');
    expect(await said(await again(opened, folder), 'SET', 'k', 'v')).toBe('OK');
  });

  it('is lifted whole by whoever takes over from a lift that hangs before its file is written', async () => {
    const { engine, again: fenced, folder } = await restarted({});
    const { open, fences, locks, migrations, clock } = engine.world;
    const [hangs, mayConnect] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const hanging = tapped(open, (command) => {
      if (command !== 'CONFIG REWRITE') return undefined;
      hangs.resolve();
      return new Promise<void>(() => undefined);
    });
    const slow: typeof open = async (...to) => {
      await mayConnect.promise;
      return open(...to);
    };
    const lifting = (by: typeof open) =>
      makeLiftFence(
        by,
        fences,
        locks,
        migrations,
        clock,
        randomUUID,
      )({
        migrationId: MIGRATION_ID,
        because: 'an operator wants it',
        byOrder: true,
      });
    const second = lifting(slow);
    lifting(hanging).catch(() => undefined);
    await hangs.promise;
    mayConnect.resolve();

    expect(await second).toBe('lifted');
    expect(await said(await again(fenced, folder), 'SET', 'k', 'v')).toBe('OK');
  });

  it.each([
    ['whose only user lost commands behind it', ['ACL', 'SETUSER', 'default', '-@scripting'], true],
    ['that was opened by hand in part', ['ACL', 'SETUSER', 'default', '+set'], true],
    [
      'with one user of three changed, of a try that died before it was sealed',
      ['ACL', 'SETUSER', 'app', '-get'],
      false,
    ],
    [
      'that was opened by hand, in words of its own',
      ['ACL', 'SETUSER', 'default', '+@write', '+publish', '+spublish'],
      true,
    ],
  ])('%s is opened all the same', async (_, change, isSealed) => {
    const users = isSealed ? undefined : [...ACL, 'other on nopass ~o:* &* +@all -@dangerous'];
    const { engine, again: fenced, folder } = await restarted({}, users);
    await said(fenced, ...change);
    await said(fenced, 'CONFIG', 'REWRITE');
    const changed = await again(fenced, folder);
    if (!isSealed) {
      const { attempt, nodes } = await engine.fence();
      await engine.fences.advance(MIGRATION_ID, attempt, { nodes: nodes.map(({ behind, ...node }) => node) });
    }

    expect(await engine.unfence()).toBe('lifted');
    expect(await said(changed, 'SET', 'k', 'v')).toBe('OK');
    const after = await again(changed, folder);
    expect([await said(after, 'SET', 'k', 'v'), await said(after, 'HSET', 'h', 'f', 'v')]).toEqual(['OK', 1]);
  });

  it('is known again, after a try that died before it was sealed, by users that are built on -@all', async () => {
    const hardened =
      'default on nopass ~* &* -@all +@read +@write +@connection +@pubsub +info +acl +command +module +client +config +psync +replconf';
    const { engine, again: fenced } = await restarted({}, [hardened]);
    const { attempt, nodes } = await engine.fence();
    await engine.fences.advance(MIGRATION_ID, attempt, { nodes: nodes.map(({ behind, ...node }) => node) });
    expect(await said(fenced, 'SET', 'k', 'v')).toBe('NOPERM');

    expect(await engine.unfence()).toBe('lifted');
    expect(await said(fenced, 'SET', 'k', 'v')).toBe('OK');
  });
});

it('a stranger whose file has users of its own is not written by an order', async () => {
  const folder = await folderOf();
  const users = join(folder, 'users.conf');
  await writeFile(users, 'user team on nopass ~* &* +@all\n');
  const source = await start();
  const stranger = await start({ folder, config: { include: users } });
  const { address, engine } = await moving(source);
  await engine.cutOver();
  const before = await readFile(join(folder, 'redis.conf'), 'utf8');
  address.leadTo(stranger.port);

  expect(await engine.unfence()).toBe('lifted');
  expect((await engine.fence()).liftedBecause).toMatch(/its file was left as it is, and may still have the fence/);
  expect(await readFile(join(folder, 'redis.conf'), 'utf8')).toBe(before);
});
