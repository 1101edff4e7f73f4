import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { redisServers } from '../../functions/adapters/redis-servers.ts';
import { killClients, killConnections } from '../../functions/cutover/fence/connections.ts';
import { FenceFailed } from '../../functions/cutover/fence/fence-failed.ts';
import {
  fenceKindOf,
  type NodeBefore,
  readBefore,
  restoreFence,
  setFence,
} from '../../functions/cutover/fence/node-fence.ts';
import { whyNotStanding } from '../../functions/cutover/fence/standing.ts';
import { writingIn } from '../../functions/cutover/write-calls.ts';
import type { FenceKind } from '../../functions/migration/fence.ts';
import { isAtLeast } from '../../functions/preflight/engine.ts';
import type { Session } from '../../functions/preflight/ports.ts';
import { type RedisProcess, startRedis } from '../../local/redis/server.ts';
import { startWithoutFile } from '../preflight/bare-server.ts';
import { Connection, Refusal } from './ledger/resp.ts';

/** Another version than the one that everything else is tested with. */
const { OTHER_REDIS_SERVER: binary } = process.env;

let folder: string;
let redis: RedisProcess;
let version: string;
const opened: { close(): void }[] = [];

const start = async (more: Record<string, string> = {}, users?: string[]) => {
  folder = await mkdtemp(join(tmpdir(), 'elasticache-migrator-fence-'));
  if (users) await writeFile(join(folder, 'users.acl'), `${users.join('\n')}\n`);
  const config = { ...(users && { aclfile: join(folder, 'users.acl') }), ...more };
  redis = await startRedis({ folder, config, ...(binary && { binary }) });
  version = ((await fenceKindOf(await session(), 'none')) as { version: string }).version;
};
const restart = async () => {
  await redis.stop();
  redis = await startRedis({ folder, port: redis.port, ...(binary && { binary }) });
};
const session = async (): Promise<Session> => {
  const it = await redisServers().open({ address: '127.0.0.1', port: redis.port }, Date.now() + 60_000);
  opened.push(it);
  return it;
};
const client = async (user?: string) => {
  const connection = await Connection.open(redis.port);
  opened.push(connection);
  if (user) await connection.ask('AUTH', user, 'secret');
  return connection;
};
const fenced = async (kind: FenceKind, mustOutliveRestart = true): Promise<NodeBefore> => {
  const it = await session();
  const before = await readBefore(it, kind);
  await setFence(it, kind, before, { version, mustOutliveRestart });
  return before;
};
const restored = async (kind: FenceKind, before: NodeBefore) => restoreFence(await session(), kind, before);
const refusalOf = async (connection: Connection, ...command: string[]) => {
  const reply = await connection.call(...command);
  return reply instanceof Refusal ? reply.message.split(' ')[0] : reply;
};

const USERS = [
  'user default on nopass ~* +@all',
  'user app on >secret ~* +@all -@dangerous +config|get',
  'user off off >secret ~* +@all',
  // In another order after each restart.
  'user many on >secret ~* -@all +get +set +del +append +expire +hset +lpush +config|get +config|set',
];

afterEach(async () => {
  for (const one of opened.splice(0)) one.close();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a fence by rules', () => {
  beforeEach(() => start({}, USERS));
  const rules = async () => (await (await client()).ask<string[]>('ACL', 'LIST')).sort();

  it('refuses every way to write, of every user, and lets them read', async () => {
    const queued = await client('app');
    await queued.ask('MULTI');
    await queued.ask('SET', 'key', 'value');
    await fenced('acl');
    const [anyone, app] = [await client(), await client('app')];

    for (const one of [anyone, app]) {
      expect(await refusalOf(one, 'SET', 'key', 'value')).toBe('NOPERM');
      expect(await refusalOf(one, 'PUBLISH', 'channel', 'text')).toBe('NOPERM');
      expect(String(await one.call('EVAL', "return redis.call('SET', 'key', 'value')", '0'))).toMatch(
        /can't run this command|ACL failure|NOPERM/,
      );
      expect(await one.call('GET', 'key')).toBeNull();
    }
    expect(String(await queued.call('EXEC'))).toMatch(/NOPERM/);
    expect(await anyone.call('GET', 'key')).toBeNull();
  });

  it('refuses every command that the server says writes, whatever category that is in', async () => {
    if (!isAtLeast(version, '7.0')) return;
    const writing = [...writingIn(await (await session()).ask('COMMAND'))].filter((name) => !name.includes('|'));
    await fenced('acl');
    const it = await session();
    const dryRun = async (name: string, most = 12): Promise<string> => {
      // How many arguments a command takes is told by its refusal alone.
      for (let count = 0; count <= most; count++) {
        const [reply = null] = await it.askAll([['ACL', 'DRYRUN', 'app', name, ...Array(count).fill('1')]]);
        if (!/wrong number of arguments/i.test(String(reply))) return String(reply);
      }
      return `takes more than ${most} arguments`;
    };
    const answers = await Promise.all(writing.map(async (name) => [name, await dryRun(name)] as const));

    expect(writing.length).toBeGreaterThan(90);
    expect(answers.filter(([, answer]) => !/no permissions to run/.test(answer))).toEqual([]);
  });

  it('refuses what a module writes by, which can be in no category', async () => {
    const answersAs = (real: Session): Session => ({
      ...real,
      localAddress: real.localAddress,
      sentBytes: 0,
      ask: async (...command) => {
        const reply = await real.ask(...command);
        if (command[0] !== 'COMMAND' || !Array.isArray(reply)) return reply;
        return reply.map((one) =>
          Array.isArray(one) && String(one[0]) === 'echo'
            ? [one[0], one[1], [Buffer.from('write')], ...one.slice(3)]
            : one,
        ) as typeof reply;
      },
      askAll: async (commands) =>
        (await real.askAll(commands)).map((reply, at) =>
          commands[at]?.[0] === 'MODULE' ? [[Buffer.from('m')]] : reply,
        ),
    });
    const rulesBefore = await rules();
    const before = await readBefore(answersAs(await session()), 'acl');
    await setFence(await session(), 'acl', before, { version, mustOutliveRestart: true });
    const refused = await refusalOf(await client('app'), 'ECHO', 'x');
    await restored('acl', before);

    expect(before.before.uncategorised).toContain('echo');
    expect(refused).toBe('NOPERM');
    expect(await refusalOf(await client('app'), 'ECHO', 'x')).toBe('x');
    expect(await rules()).toEqual(rulesBefore);
  });

  it('is undone to the last rule, however often it is set and undone', async () => {
    const before = await rules();
    const noted = await fenced('acl');
    await setFence(await session(), 'acl', noted, { version, mustOutliveRestart: true });
    await restored('acl', noted);
    await restored('acl', noted);

    expect(await rules()).toEqual(before);
    expect(await (await client('app')).call('SET', 'key', 'value')).toBe('OK');
  });

  it('forgets selectors, which could allow a write, and brings them back', async () => {
    if (!isAtLeast(version, '7.0')) return;
    await (await client()).ask('ACL', 'SETUSER', 'app', '(~mine:* resetchannels -@all +set)', '(~* -@all +get)');
    const before = await rules();
    const noted = await fenced('acl');
    const refused = await refusalOf(await client('app'), 'SET', 'mine:key', 'value');
    await restored('acl', noted);

    expect(refused).toBe('NOPERM');
    expect(await rules()).toEqual(before);
  });

  it('notes no password, and leaves one alone that was changed meanwhile', async () => {
    const noted = await fenced('acl');
    await (await client()).ask('ACL', 'SETUSER', 'app', 'resetpass', '>other');
    await restored('acl', noted);
    const app = await client();

    expect(JSON.stringify(noted)).not.toContain('#');
    expect(await app.call('AUTH', 'app', 'other')).toBe('OK');
    expect(await app.call('SET', 'key', 'value')).toBe('OK');
  });

  it('holds users whose names and patterns are bytes and no text, and tells them apart', async () => {
    const it = await session();
    const say = async (...words: string[]) => String(await it.ask(...words.map((word) => Buffer.from(word, 'latin1'))));
    const listed = async () =>
      ((await it.ask('ACL', 'LIST')) as Buffer[]).map((line) => line.toString('latin1')).sort();
    const selectors = isAtLeast(version, '7.0') ? ['(~\xff* resetchannels -@all +get)'] : [];
    const names = ['a\xffb', 'a\xfeb'];
    for (const name of names) await say('ACL', 'SETUSER', name, 'on', 'nopass', '~*', '+@all', ...selectors);
    const before = await listed();
    const noted = await fenced('acl');
    const refused: unknown[] = [];
    for (const name of names) {
      await say('AUTH', name, 'any');
      refused.push(await it.ask('SET', 'key', 'value').catch(({ message }) => message.split(' ')[0]));
    }
    await say('AUTH', 'default', 'any');
    await restored('acl', noted);

    expect(refused).toEqual(['NOPERM', 'NOPERM']);
    expect(await listed()).toEqual(before);
  });

  it('does not stand when a user was added whose rules nobody has noted, and never touches that one', async () => {
    const it = await session();
    const before = await readBefore(it, 'acl');
    await (await client()).ask('ACL', 'SETUSER', 'late', 'on', '>secret', '~*', '+@all');
    const failure = await setFence(it, 'acl', before, { version, mustOutliveRestart: true }).catch((error) => error);

    expect(failure).toBeInstanceOf(FenceFailed);
    expect(failure.message).toContain('late');
    expect(await (await client('late')).call('SET', 'key', 'value')).toBe('OK');
    await restored('acl', before);
    expect(await (await client('app')).call('SET', 'key', 'value')).toBe('OK');
  });

  it('outlives a restart, and so does its end', async () => {
    const noted = await fenced('acl');
    await restart();
    const afterFence = await refusalOf(await client('app'), 'SET', 'key', 'value');
    await restored('acl', noted);
    await restart();

    expect(noted.persistsBy).toBe('aclFile');
    expect(afterFence).toBe('NOPERM');
    expect(await (await client('app')).call('SET', 'key', 'value')).toBe('OK');
  });

  it('is undone after a restart, which tells the same rules in another order, and adds no selector twice', async () => {
    if (isAtLeast(version, '7.0'))
      await (await client()).ask(
        'ACL',
        'SETUSER',
        'app',
        '(~mine:* resetchannels -@all +set +del +append +expire +hset)',
      );
    const was = await rules();
    const noted = await fenced('acl');
    for (let times = 0; times < 3; times++) {
      await restart();
      await restored('acl', noted);
      await setFence(await session(), 'acl', noted, { version, mustOutliveRestart: true });
    }
    await restart();
    await restored('acl', noted);
    await restart();

    const words = (lines: string[]) => lines.map((line) => line.split(/[ ()]+/).sort());
    expect(words(await rules())).toEqual(words(was));
    const many = await client();
    await many.ask('AUTH', 'many', 'secret');
    expect(await many.call('SET', 'key', 'value')).toBe('OK');
  });

  it('is undone as far as it goes where the rules of one user cannot be given back', async () => {
    await (await client()).ask('CONFIG', 'SET', 'min-replicas-to-write', '0');
    const noted = await fenced('acl');
    await setFence(await session(), 'minReplicas', await readBefore(await session(), 'minReplicas'), {
      version,
      mustOutliveRestart: false,
    });
    const before = { ...noted.before, minReplicasToWrite: '0', minReplicasMaxLag: '10' };
    const wrong = { ...before, users: (before.users ?? []).map((line) => line.replace(/^many /, 'many +nosuch ')) };

    await expect(restored('acl', { before: wrong, persistsBy: 'aclFile' })).rejects.toThrow(/ACL SETUSER was refused/);
    expect(await (await client()).ask('CONFIG', 'GET', 'min-replicas-to-write')).toContain('0');
    expect(await (await client('app')).call('SET', 'key', 'value')).toBe('OK');
    await restored('acl', { before, persistsBy: 'aclFile' });
    expect(await (await client('many')).call('SET', 'key', 'value')).toBe('OK');
  });

  it('is undone on a server that was started again without its file, which is told', async () => {
    const noted = await fenced('acl');
    expect(await restored('acl', noted)).toEqual({ forgotten: true });
    await fenced('acl');
    await redis.stop();
    const bare = await startWithoutFile({ save: '' });
    const it = await redisServers().open({ address: '127.0.0.1', port: bare.port }, Date.now() + 60_000);
    opened.push(it, { close: () => void bare.stop() });

    for (const persistsBy of ['aclFile', 'configFile', 'minReplicas'] as const)
      expect(await restoreFence(it, 'acl', { before: { users: ['default +@all'] }, persistsBy })).toEqual({
        forgotten: false,
      });
    expect(await restoreFence(it, 'acl', { before: { users: ['default +@all'] } })).toEqual({ forgotten: true });
  });

  it('does not stand where it would not outlive a restart, unless that was waived', async () => {
    const it = await session();
    const { before } = await readBefore(it, 'acl');
    const set = (mustOutliveRestart: boolean) => setFence(it, 'acl', { before }, { version, mustOutliveRestart });

    await expect(set(true)).rejects.toThrow(FenceFailed);
    expect(await set(false)).toEqual({ persisted: false, behind: expect.any(String) });
  });

  it('leaves a node alone whose rules were never noted', async () => {
    const before = await rules();
    await restored('acl', { before: {} });

    expect(await rules()).toEqual(before);
  });
});

describe('whether a fence still stands', () => {
  const look = async (kind: FenceKind, { persistsBy }: NodeBefore, port = redis.port) => {
    const endpoint = { address: '127.0.0.1', port };
    const node = { nodeGroupId: '0001', endpoint, role: 'primary', connection: '', before: {} } as const;
    const nodes = [{ ...node, ...(persistsBy && { persistsBy }) }];
    return whyNotStanding(redisServers().open, { kind, nodes }, Date.now() + 60_000);
  };
  const rules = async (...rule: string[]) => (await client()).ask('ACL', 'SETUSER', ...rule);

  it('is seen by the rights that the rules give, in whatever words, and by those of new users', async () => {
    await start({}, [
      ...USERS,
      'user reader on >secret ~* -@all +@read +@connection +client|list',
      'user strings on >secret ~* -@all +@string',
    ]);
    const before = await readBefore(await session(), 'acl');
    expect(await look('acl', before)).toEqual([
      `the source 127.0.0.1:${redis.port} is not fenced any more: its rules let app, default, many, strings write`,
    ]);
    await setFence(await session(), 'acl', before, { version, mustOutliveRestart: true });
    expect(await look('acl', before)).toEqual([]);

    await rules('strings', '+append');
    await rules('late', 'on', '>secret', '~*', '-@all', '+@list', '-@read');
    await rules('publisher', 'on', '>secret', '&*', '-@all', '+publish');
    expect(await look('acl', before)).toEqual([expect.stringMatching(/let late, publisher, strings write$/)]);
    await rules('strings', '-append');
    await rules('late', 'off');
    await rules('publisher', '-publish');
    expect(await look('acl', before)).toEqual([]);
  });

  it('is seen after a restart that forgot it', async () => {
    await start();
    const before = await readBefore(await session(), 'acl');
    const notKept = { before: before.before };
    await setFence(await session(), 'acl', notKept, { version, mustOutliveRestart: false });
    expect(await look('acl', before)).toEqual([]);
    await restart();

    expect(await look('acl', before)).toEqual([
      expect.stringMatching(/not fenced any more: its rules let default write/),
    ]);
  });

  it('is seen by either of two that were set, and by the number of replicas alone', async () => {
    await start({ 'min-replicas-to-write': '0' });
    const before = await fenced('minReplicas', false);
    expect(await look('minReplicas', before)).toEqual([]);
    const set = async (...setting: string[]) => (await client()).ask('CONFIG', 'SET', ...setting);
    await set('min-replicas-max-lag', '0');
    expect(await look('minReplicas', before)).toEqual([
      expect.stringMatching(/2147483647, and min-replicas-max-lag 0$/),
    ]);
    await set('min-replicas-to-write', '1');
    await set('min-replicas-max-lag', '10');
    expect(await look('minReplicas', before)).toEqual([
      expect.stringMatching(/min-replicas-to-write is 1, and min-replicas-max-lag 10$/),
    ]);
    await set('min-replicas-to-write', '2147483647');

    const both = await readBefore(await session(), 'acl');
    await setFence(await session(), 'acl', both, { version, mustOutliveRestart: false });
    expect(await look('acl', { ...both, persistsBy: 'minReplicas' })).toEqual([]);
  });

  it('is not known of a server that does not answer', async () => {
    await start();

    expect(await look('acl', { before: {} }, 1)).toEqual([
      expect.stringMatching(/^whether the source 127\.0\.0\.1:1 is still fenced is not known: .*ECONNREFUSED/),
    ]);
    expect(await look('none', { before: {} }, 1)).toEqual([]);
  });
});

describe('a fence by rules without a file of users', () => {
  beforeEach(() => start());

  it('is kept in the configuration file', async () => {
    const noted = await fenced('acl');
    await restart();
    const afterFence = await refusalOf(await client(), 'SET', 'key', 'value');
    await restored('acl', noted);
    await restart();

    expect(noted.persistsBy).toBe('configFile');
    expect(afterFence).toBe('NOPERM');
    expect(await (await client()).call('SET', 'key', 'value')).toBe('OK');
  });
});

describe('a fence by rules on a server with an append-only file', () => {
  const contents = async () => (await client()).ask('MGET', 'plain', 'transaction', 'script', 'other');
  const all = ['1', '2', '3', '4'];

  it.each<[string, string[] | undefined]>([
    ['users in a file', USERS],
    ['users in the configuration file', undefined],
  ])('loses nothing at a restart, stands after it, and is undone: %s', async (_, users) => {
    await start({ appendonly: 'yes', appendfsync: 'no' }, users);
    const writer = await client();
    await writer.ask('SET', 'plain', '1');
    await writer.ask('MULTI');
    await writer.ask('SET', 'transaction', '2');
    await writer.ask('EXEC');
    await writer.ask('EVAL', "redis.call('SET', 'script', 3) redis.call('SET', 'other', 4)", 0);
    const noted = await fenced('acl');
    const atOnce = await refusalOf(await client(), 'SET', 'key', 'value');
    await restart();
    const afterRestart = await refusalOf(await client(), 'SET', 'key', 'value');
    const kept = await contents();
    await restored('acl', noted);
    await restart();

    expect(atOnce).toBe('NOPERM');
    expect(afterRestart).toMatch(/NOREPLICAS|NOPERM/);
    expect(kept).toEqual(all);
    expect(await contents()).toEqual(all);
    expect(await (await client()).call('SET', 'key', 'value')).toBe('OK');
  });
});

describe('a fence by min-replicas-to-write', () => {
  beforeEach(() => start({ 'min-replicas-max-lag': '0' }));

  it('refuses writes and scripts that write, outlives a restart, and is undone', async () => {
    const noted = await fenced('minReplicas');
    const refused = await refusalOf(await client(), 'SET', 'key', 'value');
    const script = await (await client()).call('EVAL', "return redis.call('SET', 'key', 'value')", '0');
    await restart();
    const afterRestart = await refusalOf(await client(), 'SET', 'key', 'value');
    await restored('minReplicas', noted);
    await restart();

    expect(noted.before).toEqual({ minReplicasToWrite: '0', minReplicasMaxLag: '0' });
    expect([refused, afterRestart]).toEqual(['NOREPLICAS', 'NOREPLICAS']);
    expect(String(script)).toMatch(/NOREPLICAS/);
    expect(await (await client()).call('SET', 'key', 'value')).toBe('OK');
    expect((await readBefore(await session(), 'minReplicas')).before).toEqual(noted.before);
  });

  it('is not undone over a number that an operator has set meanwhile', async () => {
    const noted = await fenced('minReplicas');
    await (await client()).ask('CONFIG', 'SET', 'min-replicas-to-write', '1');
    await restored('minReplicas', noted);

    const { before } = await readBefore(await session(), 'minReplicas');
    expect(before).toEqual({ minReplicasToWrite: '1', minReplicasMaxLag: '0' });
  });
});

describe('the choice of a fence', () => {
  const choose = async (config: Record<string, string>, choice: Parameters<typeof fenceKindOf>[1]) => {
    await start(config);
    return fenceKindOf(await session(), choice);
  };

  it.each([
    ['auto', {}, 'acl'],
    ['acl', {}, 'acl'],
    ['minReplicas', {}, 'minReplicas'],
    ['none', {}, 'none'],
    ['auto', { 'rename-command': 'ACL ""' }, 'minReplicas'],
  ] as const)('%s with %j is %s', async (choice, config, kind) => {
    expect(await choose(config, choice)).toMatchObject({ kind });
  });

  it.each([
    ['acl', { 'rename-command': 'ACL ""' }],
    ['minReplicas', { 'rename-command': 'CONFIG ""' }],
  ] as const)('says why %s is not possible with %j', async (choice, config) => {
    expect(await choose(config, choice)).toEqual({ whyNot: expect.stringContaining('of version') });
  });
});

describe('connections', () => {
  beforeEach(() => start());

  it('ends those of other tries by the beginning of their names, and no other', async () => {
    const [zombie, lifter, application] = [await client(), await client(), await client()];
    await zombie.ask('CLIENT', 'SETNAME', 'elasticache-migrator-one');
    await lifter.ask('CLIENT', 'SETNAME', 'elasticache-migrator-two');
    await application.ask('CLIENT', 'SETNAME', 'application');
    const it = await session();
    await it.ask('CLIENT', 'SETNAME', 'elasticache-migrator-three');

    expect(await killConnections(it, 'elasticache-migrator-', 'elasticache-migrator-three')).toBe(2);
    await expect(zombie.ask('PING')).rejects.toThrow('closed');
    await expect(lifter.ask('PING')).rejects.toThrow('closed');
    expect(await application.ask('PING')).toBe('PONG');
    expect(await killConnections(it, 'elasticache-migrator-', 'elasticache-migrator-three')).toBe(0);
  });

  it('ends every client, one that waits and a subscriber that could write too, and keeps the replica', async () => {
    const replica = await startRedis({ config: { replicaof: `127.0.0.1 ${redis.port}` }, ...(binary && { binary }) });
    const replicas = async () => (await (await client()).ask<string>('INFO', 'replication')).match(/state=online/g);
    await expect.poll(replicas).toHaveLength(1);
    const [waiting, subscriber] = [await client(), await client()];
    const popped = expect(waiting.ask('BLPOP', 'queue', 0)).rejects.toThrow('closed');
    await subscriber.ask('HELLO', 3);
    await subscriber.ask('SUBSCRIBE', 'news');
    const it = await session();
    await killClients(it);

    await popped;
    await expect(subscriber.ask('PING')).rejects.toThrow('closed');
    expect(await replicas()).toHaveLength(1);
    await it.ask('PING');
    await replica.stop();
  });
});
