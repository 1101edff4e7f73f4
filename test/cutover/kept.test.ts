import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRedis } from '../../local/redis/server.ts';
import * as act from '../preflight/acts.ts';
import { type FrontRules, startFront } from '../preflight/front.ts';
import type { Link } from './ledger/links.ts';
import { PromotingGroups } from './ledger/promoting-groups.ts';
import { Connection, Refusal, type Reply } from './ledger/resp.ts';
import { engineFor } from './support/engine.ts';

/*
 * A cutover writes files of the source, so that a restart keeps the fence. What it must never do is leave a source that does
 * not start any more, or one of which it believes that it keeps the fence.
 */

let folder: string;
let writes = 0;
let undo: (() => unknown)[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'elasticache-migrator-kept-'));
  undo = [() => rm(folder, { recursive: true, force: true })];
});
afterEach(async () => {
  for (const step of undo.reverse()) await step();
});

const ask = async <T extends Reply>({ port }: { port: number }, ...command: string[]): Promise<T> => {
  const connection = await Connection.open(port);
  try {
    return await connection.ask<T>(...command);
  } finally {
    connection.close();
  }
};
/** The first word of a refusal, or the answer. */
const said = async ({ port }: { port: number }, ...command: string[]) => {
  const connection = await Connection.open(port);
  try {
    const reply = await connection.call(...command);
    return reply instanceof Refusal ? reply.message.split(' ')[0] : reply;
  } finally {
    connection.close();
  }
};

/** A source whose file is in `folder`, a target behind it, and the service; through a front where one answer is another. */
const start = async (config: Record<string, string>, rules?: (source: { port: number }) => Promise<FrontRules>) => {
  let source = await startRedis({ folder, config });
  undo.push(() => source.stop());
  const target = await startRedis({ config: { replicaof: `127.0.0.1 ${source.port}` } });
  undo.push(() => target.stop());
  const synced = async () => {
    // Where it has to have a replica, it may have none yet.
    await expect.poll(() => said(source, 'SET', 'streaming', String(++writes)), { timeout: 20_000 }).toBe('OK');
    await expect.poll(() => said(target, 'GET', 'streaming'), { timeout: 20_000 }).toBe(String(writes));
  };
  await synced();
  const link: Link = { nodeGroupId: '0001', source, sourceReplicas: [], target, targetReplicas: [] };
  const front = rules && (await startFront(source.port, await rules(source)));
  if (front) undo.push(() => front.close());
  const engine = await engineFor([{ ...link, source: { ...source, port: front?.port ?? source.port } }], {
    groups: new PromotingGroups([link], () => 0),
  });
  const restart = async () => {
    await source.stop();
    source = await startRedis({ folder, port: source.port });
  };
  return { engine, source, restart, synced };
};
const file = (name: string, ...lines: string[]) =>
  writeFile(join(folder, name), lines.map((line) => `${line}\n`).join(''));
const backedOut = (...words: string[]) => ({
  outcome: 'backedOut',
  ...(words.at(-1)?.startsWith('waive ') && { waivable: true }),
  reason: expect.stringMatching(new RegExp(words.join('[^]*'))),
});
describe('users of an included file', () => {
  const APP = 'user app on >secret ~* &* +@all';

  it.each([
    ['beside default', APP],
    ['default with fewer rights', 'user default on nopass ~* &* +@all -debug'],
  ])('are written by no cutover: %s', async (_, user) => {
    await file('users.conf', user);
    const { engine, source, restart, synced } = await start({ include: join(folder, 'users.conf') });
    const before = await readFile(join(folder, 'redis.conf'), 'utf8');

    expect(await engine.cutOver()).toMatchObject(backedOut('no command tells', 'waive users-included'));
    expect((await engine.fence()).phase).toBe('lifted');
    expect(await readFile(join(folder, 'redis.conf'), 'utf8')).toBe(before);
    await restart();
    await synced();
    expect(await said(source, 'SET', 'k', 'v')).toBe('OK');
    expect(await engine.cutOver({ waivers: ['fence-not-durable'] })).toMatchObject({ outcome: 'sent' });
    await restart();
    expect(await said(source, 'SET', 'k', 'v')).toBe('OK');
  });

  it('would keep the source from starting, were they written', async () => {
    await file('users.conf', APP);
    const { engine, restart } = await start({ include: join(folder, 'users.conf') });
    await engine.cutOver({ waivers: ['users-included'] });

    await expect(restart()).rejects.toThrow(/Duplicate user found/);
  });

  it('are asked for where the file itself has them, and the fence is kept by it then', async () => {
    const { engine, source, restart } = await start({ user: 'app on >secret ~* &* +@all' });

    expect(await engine.cutOver({ waivers: ['users-included'] })).toMatchObject({ outcome: 'sent' });
    await restart();
    expect(await said(source, 'SET', 'k', 'v')).toBe('NOPERM');
    await engine.unfence();
    await restart();
    expect(await said(source, 'SET', 'k', 'v')).toBe('OK');
  });

  it('are none where only default is, also where an earlier try has written that one, and the source was restarted since', async () => {
    const { engine, source, restart, synced } = await start({});
    await ask(source, 'CONFIG', 'REWRITE');
    await restart();
    await synced();

    expect(await engine.cutOver()).toMatchObject({ outcome: 'sent' });
    expect((await engine.fence()).nodes[0]?.persistsBy).toBe('configFile');
  });
});

describe('modules', () => {
  const module = (...path: string[]) => [['name', 'tiny', 'ver', 1, ...path, 'args', []]];

  it.each([
    ['loaded from a file', module('path', '/usr/lib/tiny.so'), 'modules loaded'],
    ['not told', new Error('ERR unknown command MODULE'), 'does not tell its modules'],
  ])('that might be loaded twice stop a cutover: %s', async (_, answer, words) => {
    const { engine } = await start({}, async () => ({ 'MODULE LIST': act.answer(answer) }));

    expect(await engine.cutOver()).toMatchObject(backedOut(words, 'waive modules-loaded-twice'));
    expect(await engine.cutOver({ waivers: ['modules-loaded-twice'] })).toMatchObject({ outcome: 'sent' });
  });

  it('that are not told stop none where that was waived', async () => {
    const refusing = async () => ({ 'MODULE LIST': act.refuse() });
    const { engine } = await start({}, refusing);

    expect(await engine.cutOver({ waivers: ['unread-source-modules'] })).toMatchObject({ outcome: 'sent' });
  });

  it('that are built in stop none', async () => {
    const { engine } = await start({}, async () => ({ 'MODULE LIST': act.answer(module('path', 'tiny')) }));

    expect(await engine.cutOver()).toMatchObject({ outcome: 'sent' });
  });
});

describe('min-replicas-to-write that an included file sets behind the line that a cutover writes', () => {
  const overridden = async () => {
    await file('more.conf', 'min-replicas-to-write 1');
    return start({ 'min-replicas-to-write': '0', include: join(folder, 'more.conf') });
  };
  const minReplicas = { cutover: { fence: 'minReplicas' } } as const;

  it('is no fence that is kept, and stops the cutover', async () => {
    const { engine } = await overridden();

    expect(await engine.cutOver(minReplicas)).toMatchObject(
      backedOut('min-replicas-to-write is 1 already', 'waive min-replicas-set'),
    );
    expect(await engine.cutOver()).toMatchObject({ outcome: 'sent' });
  });

  it('would beat the fence after a restart', async () => {
    const { engine, source, restart } = await overridden();
    expect(await engine.cutOver({ ...minReplicas, waivers: ['min-replicas-set'] })).toMatchObject({ outcome: 'sent' });
    await restart();

    expect(await ask(source, 'CONFIG', 'GET', 'min-replicas-to-write')).toContain('1');
  });

  it('stops a cutover by rules, too, which a server with an append-only file cannot keep', async () => {
    await file('more.conf', 'min-replicas-to-write 1');
    const { engine } = await start({ appendonly: 'yes', include: join(folder, 'more.conf') });

    expect(await engine.cutOver()).toMatchObject(backedOut('waive min-replicas-set'));
  });
});

describe('with fence-not-durable waived', () => {
  const acl = () => file('users.acl', 'user default on nopass ~* &* +@all', 'user app on >secret ~* &* +@all');

  it.each([
    ['the configuration file', {}, 'auto'],
    ['the file of users', { aclfile: 'users.acl' }, 'auto'],
    ['an append-only file', { appendonly: 'yes' }, 'auto'],
    ['min-replicas-to-write', {}, 'minReplicas'],
  ] as const)('nothing is written, and a restart forgets the fence: %s', async (_, config, fence) => {
    await acl();
    const names = Object.values(config).includes('users.acl') ? ['redis.conf', 'users.acl'] : ['redis.conf'];
    const files = () => Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    const { engine, source, restart } = await start(
      names.length > 1 ? { aclfile: join(folder, 'users.acl') } : { ...config },
    );
    const before = await files();
    const cutover = { fence };

    expect(await engine.cutOver({ cutover, waivers: ['fence-not-durable'] })).toMatchObject({ outcome: 'sent' });
    expect(await said(source, 'SET', 'k', 'v')).toMatch(/NOPERM|NOREPLICAS/);
    expect((await engine.fence()).nodes.map(({ persistsBy }) => persistsBy)).toEqual([undefined]);
    expect(await files()).toEqual(before);
    await restart();
    expect(await said(source, 'SET', 'k', 'v')).toBe('OK');
    await engine.unfence();
    expect(await files()).toEqual(before);
  });

  it('something is written where it is not', async () => {
    const { engine } = await start({});
    const before = await readFile(join(folder, 'redis.conf'), 'utf8');
    await engine.cutOver();

    expect(await readFile(join(folder, 'redis.conf'), 'utf8')).not.toBe(before);
  });
});

describe('a source on which CONFIG has another name', () => {
  const config = { 'rename-command': 'CONFIG ""' };

  it('keeps the fence in its file of users', async () => {
    await file('users.acl', 'user default on nopass ~* &* +@all', 'user app on >secret ~* &* +@all');
    const { engine, source, restart } = await start({ ...config, aclfile: join(folder, 'users.acl') });

    expect(await engine.cutOver()).toMatchObject({ outcome: 'sent' });
    await restart();
    expect(await said(source, 'SET', 'k', 'v')).toBe('NOPERM');
    await engine.unfence();
    await restart();
    expect(await said(source, 'SET', 'k', 'v')).toBe('OK');
  });

  it('cannot keep it without one, which is found before anything is touched', async () => {
    const { engine } = await start(config);

    expect(await engine.cutOver()).toMatchObject(
      backedOut('ACL SAVE was refused', 'not configured to use an ACL file', 'waive fence-not-durable'),
    );
    expect((await engine.fence()).phase).toBe('lifted');
  });
});

describe('a pause of somebody else', () => {
  it('is not ended by a cutover, which does not begin where the server tells of it', async () => {
    const { engine, source } = await start({}, async (server) =>
      (await ask<string>(server, 'INFO', 'clients')).includes('paused_reason')
        ? {}
        : {
            'INFO CLIENTS': act.replace(
              '# Clients\r\n',
              '# Clients\r\npaused_reason:client_pause\r\npaused_timeout_milliseconds:59000\r\n',
            ),
          },
    );
    await ask(source, 'CLIENT', 'PAUSE', '60000', 'WRITE');
    const waiting = said(source, 'SET', 'k', 'v').catch(() => 'ended');

    expect(await engine.cutOver()).toMatchObject(backedOut('is paused already', 'for another [0-9]+ ms'));
    expect(await engine.fence()).toBeUndefined();
    await expect.poll(() => ask(source, 'CLIENT', 'LIST')).toMatch(/flags=b|cmd=set/);
    await ask(source, 'CLIENT', 'UNPAUSE');
    expect(await waiting).toBe('OK');
  });
});
