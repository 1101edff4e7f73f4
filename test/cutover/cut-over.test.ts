import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { SessionLost } from '../../functions/preflight/ports.ts';
import { startRedis } from '../../local/redis/server.ts';
import { MIGRATION_ID } from '../functions/support/records.ts';
import { type Link, type LinkOptions, startLinks, stopLinks } from './ledger/links.ts';
import { GROUP } from './ledger/promoting-groups.ts';
import { Connection, Refusal } from './ledger/resp.ts';
import { type Engine, type EngineOptions, engineFor } from './support/engine.ts';
import { stoppingAt, type Tap, tapped } from './support/tap.ts';

let links: Link[] = [];
const opened: Connection[] = [];
afterEach(async () => {
  for (const connection of opened.splice(0)) connection.close();
  await stopLinks(links.splice(0));
});

const start = async (options: LinkOptions = {}, count = 1): Promise<{ engine: Engine; link: Link }> => {
  links = await startLinks(count, options);
  return { engine: await engineFor(links), link: links[0] as Link };
};
const client = async ({ port }: { port: number }) => {
  const connection = await Connection.open(port);
  opened.push(connection);
  return connection;
};
/** The first word of a refusal, or the answer. */
const said = async (server: { port: number }, ...command: string[]) => {
  const reply = await (await client(server)).call(...command);
  return reply instanceof Refusal ? reply.message.split(' ')[0] : reply;
};
/** Everything that a fence may change, as the server tells it: in an order of its own after each start. */
const stateOf = async (server: { port: number }) => {
  const connection = await client(server);
  const rules = await connection.ask<string[]>('ACL', 'LIST');
  const config = await connection.ask<string[]>('CONFIG', 'GET', '*');
  const settings = config.flatMap((name, at) => (at % 2 === 0 ? [`${name} ${config[at + 1]}`] : []));
  // Its default, which a server says of users that it has read from a file.
  return { rules: rules.map((rule) => rule.replace(' sanitize-payload', '')).sort(), settings: settings.sort() };
};
const tapping = (tap: Tap): EngineOptions => ({ world: ({ open }) => ({ open: tapped(open, tap) }) });
const noted = async ({ locks }: Engine) => (await locks.find(GROUP))?.intents.complete;

/** ElastiCache that takes the call, and promotes nobody for now. */
const NO_PROMOTION = { eventsSince: async () => [], complete: async () => undefined };

describe('a cutover of real servers', () => {
  it('seals the fence on every node of the source, proves the offsets, and sends', async () => {
    const { engine, link } = await start({ sourceReplicas: 1 });
    const result = await engine.cutOver();
    const fence = await engine.fence();

    expect(result).toMatchObject({ outcome: 'sent' });
    expect(fence).toMatchObject({ phase: 'sealed', kind: 'acl' });
    expect(fence.nodes.map(({ role, endpoint, persistsBy }) => [role, endpoint.port, persistsBy])).toEqual([
      ['primary', link.source.port, 'configFile'],
      ['replica', link.sourceReplicas[0]?.port, 'configFile'],
    ]);
    const [shard] = fence.shards ?? [];
    expect(shard?.nodes.map(({ appliedOffset }) => appliedOffset >= (shard?.fencedOffset ?? Infinity))).toEqual([
      true,
      true,
    ]);
    for (const node of [link.source, ...link.sourceReplicas]) expect(await said(node, 'SET', 'k', 'v')).toBe('NOPERM');
    expect(await said(link.source, 'GET', 'streaming')).toBe('yes');
  });

  it('cuts over shards with sources of their own, all at once', async () => {
    const { engine } = await start({}, 3);
    expect(await engine.cutOver()).toMatchObject({ outcome: 'sent' });
    expect((await engine.fence()).shards?.map(({ source }) => source.port)).toEqual(
      links.map(({ source }) => source.port),
    );
  });

  it('fences users with passwords, keys and selectors, and gives each back what it had', async () => {
    const { engine, link } = await start();
    const admin = await client(link.source);
    await admin.ask('ACL', 'SETUSER', 'app', 'on', '>secret', '~app:*', '&news', '+@all', '-@dangerous', '+config|get');
    await admin.ask(
      'ACL',
      'SETUSER',
      'picky',
      'on',
      '>secret',
      '-@all',
      '+get',
      '~r:*',
      '(+set ~w:*)',
      '(%R~x:* +@read)',
    );
    await admin.ask('ACL', 'SETUSER', 'gone', 'off', 'nopass', '+@all', '~*');
    const before = await stateOf(link.source);
    await engine.cutOver({ waivers: ['users-included'] });
    const picky = await client(link.source);
    await picky.ask('AUTH', 'picky', 'secret');

    expect(String(await picky.call('SET', 'w:1', 'v'))).toMatch(/NOPERM/);
    await engine.unfence();
    expect((await stateOf(link.source)).rules).toEqual(before.rules);
    expect(await picky.call('SET', 'w:1', 'v')).toBe('OK');
  });

  it('backs out while a node of the target does not apply, and leaves no trace', async () => {
    const { engine, link } = await start({ sourceReplicas: 1 });
    const before = await stateOf(link.source);
    await (await client(link.targetReplicas[0] as Link['source'])).ask('CLIENT', 'PAUSE', '5000', 'WRITE');
    const result = await engine.cutOver({
      cutover: { drainBudgetMs: 200 },
      ...tapping(async (command) => {
        if (command.startsWith('CLIENT PAUSE')) await (await client(link.source)).ask('SET', 'late', 'yes');
      }),
    });

    expect(result).toMatchObject({
      outcome: 'backedOut',
      reason: expect.stringMatching(/ledger-0001-2 .*bytes still to apply/),
    });
    expect(await engine.fence()).toMatchObject({
      phase: 'lifted',
      liftedBecause: expect.stringMatching(/bytes still/),
    });
    expect(await stateOf(link.source)).toEqual(before);
    expect(await said(link.source, 'SET', 'k', 'v')).toBe('OK');
    expect([engine.groups.completedMs, await noted(engine)]).toEqual([undefined, undefined]);
  });

  const STEPS = ['CLIENT PAUSE', 'ACL SETUSER', 'CONFIG REWRITE', 'CLIENT KILL', 'INFO commandstats'];

  it.each(STEPS)('backs out, and leaves no trace, when its connection is lost at %s', async (step) => {
    const { engine, link } = await start({ sourceReplicas: 1 });
    const before = await stateOf(link.source);
    let isFrozen = false;
    let isLifted = false;
    const result = await engine.cutOver(
      tapping((command) => {
        isFrozen ||= command.startsWith('CLIENT PAUSE');
        // What is left of the connections has a new name when it takes the fence down.
        isLifted ||= isFrozen && command.startsWith('CLIENT SETNAME');
        if (isFrozen && !isLifted && command.startsWith(step)) throw new SessionLost('the connection broke');
      }),
    );

    expect(result).toMatchObject({ outcome: 'backedOut', reason: expect.stringContaining('the connection broke') });
    expect((await engine.fence()).phase).toBe('lifted');
    for (const node of [link.source, ...link.sourceReplicas]) {
      expect((await stateOf(node)).rules).toEqual(before.rules);
    }
    expect(await said(link.source, 'SET', 'k', 'v')).toBe('OK');
    expect(engine.groups.completedMs).toBeUndefined();
  });

  const unwritable = async (server: { port: number }) => {
    const info = await (await client(server)).ask<string>('INFO', 'server');
    const file = /config_file:(.+?)\r?$/m.exec(info)?.[1] as string;
    await rm(dirname(file), { recursive: true });
  };

  it('touches nothing where a file that should keep the fence cannot be written, and the next try may', async () => {
    const { engine, link } = await start({ sourceReplicas: 1 });
    const before = await stateOf(link.source);
    await unwritable(link.sourceReplicas[0] as Link['source']);
    const commands: string[] = [];
    const result = await engine.cutOver(tapping((command) => void commands.push(command)));

    expect(result).toMatchObject({
      outcome: 'backedOut',
      waivable: true,
      reason: expect.stringMatching(
        /cannot write the file .*CONFIG REWRITE was refused.*waive fence-not-durable in the/,
      ),
    });
    expect(commands.filter((command) => /^(CLIENT PAUSE|ACL SETUSER)/.test(command))).toEqual([]);
    expect((await engine.fence()).phase).toBe('lifted');
    expect(await stateOf(link.source)).toEqual(before);
    expect(await engine.cutOver({ waivers: ['fence-not-durable'] })).toMatchObject({ outcome: 'sent' });
    expect((await engine.fence()).nodes.map(({ persistsBy }) => persistsBy)).toEqual([undefined, undefined]);
    await engine.unfence();
    expect((await stateOf(link.source)).rules).toEqual(before.rules);
  });

  it.each(STEPS)('is lifted by somebody else when it hangs at %s, and can do nothing when it wakes', async (step) => {
    const { engine, link } = await start({ sourceReplicas: 1 });
    const before = await stateOf(link.source);
    const { tap, stopped, go } = stoppingAt(step, 'CLIENT PAUSE');
    const zombie = engine.cutOver(tapping(tap));
    await stopped;

    expect(await engine.liftAll()).toBe('lifted');
    expect((await stateOf(link.source)).rules).toEqual(before.rules);
    go();
    expect(await zombie).toMatchObject({ outcome: 'backedOut' });
    for (const node of [link.source, ...link.sourceReplicas]) {
      expect((await stateOf(node)).rules).toEqual(before.rules);
    }
    expect(await said(link.source, 'SET', 'k', 'v')).toBe('OK');
    expect([engine.groups.completedMs, await noted(engine)]).toEqual([undefined, undefined]);
  });

  it('carries out nothing of a dead try that was in the socket of a stopped source', async () => {
    const { engine, link } = await start();
    const before = await stateOf(link.source);
    const cut = engine.cutOver({
      cutover: { drainBudgetMs: 300 },
      world: ({ open }) => ({
        open: tapped(open, (command) => {
          if (command.startsWith('ACL SETUSER')) link.source.kill('SIGSTOP');
        }),
        // It dies there: nobody lifts anything for it.
        lift: async ({ own }) => {
          if (own) throw new Error('died');
          return 'nothing';
        },
      }),
    });
    await cut.catch(() => undefined);
    const lifting = engine.liftAll();
    link.source.kill('SIGCONT');
    await lifting;

    expect((await stateOf(link.source)).rules).toEqual(before.rules);
    expect((await engine.fence()).phase).toBe('lifted');
    expect(await said(link.source, 'CLIENT', 'LIST')).not.toMatch(/name=elasticache-migrator/);
  });

  it('does not begin while a node of the source cannot be reached', async () => {
    const { engine, link } = await start({ sourceReplicas: 1 });
    const replica = link.sourceReplicas[0] as Link['source'];
    const result = await engine.cutOver({
      world: ({ open }) => ({
        open: (endpoint, untilMs) =>
          endpoint.port === replica.port ? Promise.reject(new SessionLost('no connection')) : open(endpoint, untilMs),
      }),
    });

    expect(result).toMatchObject({ outcome: 'backedOut', reason: expect.stringMatching(/replica of the source/) });
    expect(await engine.fence()).toBeUndefined();
  });

  it('does not begin while Sentinels watch the source, unless that was waived; a replica that they promote behind the fence takes no writes', async () => {
    const { engine, link } = await start({ sourceReplicas: 1 });
    const replica = link.sourceReplicas[0] as Link['source'];
    await (await client(link.source)).ask('SUBSCRIBE', '__sentinel__:hello');

    expect(await engine.cutOver()).toMatchObject({
      outcome: 'backedOut',
      waivable: true,
      reason: expect.stringMatching(/of Sentinels .* waive source-sentinel/),
    });
    expect(await engine.fence()).toBeUndefined();
    expect(await engine.cutOver({ waivers: ['source-sentinel'] })).toMatchObject({ outcome: 'sent' });
    expect(await said(replica, 'REPLICAOF', 'NO', 'ONE')).toBe('OK');
    expect(await said(replica, 'ROLE')).toContain('master');
    expect(await said(replica, 'SET', 'k', 'v')).toBe('NOPERM');
  });

  it('does not begin where nobody can tell whether Sentinels watch the source, unless that was waived', async () => {
    const { engine } = await start({ config: { 'rename-command': 'PUBSUB ""' } });

    expect(await engine.cutOver()).toMatchObject({
      outcome: 'backedOut',
      reason: expect.stringMatching(/does not tell whether Sentinels watch it .* waive source-sentinel/),
    });
    expect(await engine.cutOver({ waivers: ['source-sentinel'] })).toMatchObject({ outcome: 'sent' });
  });

  it('backs out while a script holds the source up', async () => {
    const { engine, link } = await start({ config: { 'lua-time-limit': '5' } });
    const hog = await client(link.source);
    let isBusy: Promise<unknown> | undefined;
    const result = await engine.cutOver({
      cutover: { drainBudgetMs: 300 },
      ...tapping(async (command) => {
        if (!command.startsWith('CLIENT PAUSE') || isBusy) return;
        isBusy = hog.call('EVAL', 'while true do end', '0').catch(() => undefined);
        while ((await said(link.source, 'PING')) !== 'BUSY');
        const killer = await client(link.source);
        setTimeout(() => killer.call('SCRIPT', 'KILL').catch(() => undefined), 600);
      }),
    });

    expect(result).toMatchObject({ outcome: 'backedOut', reason: expect.stringMatching(/held up by a script/) });
    await isBusy;
    expect(await said(link.source, 'SET', 'k', 'v')).toBe('OK');
  });

  it('backs out when a replica joins the source meanwhile, which nobody has fenced', async () => {
    const { engine, link } = await start({ sourceReplicas: 1 });
    const late = await startRedis();
    link.sourceReplicas.push(late);
    let isLate = false;
    const joining: Tap = async (command) => {
      if (!command.startsWith('CLIENT PAUSE') || isLate) return;
      isLate = true;
      await (await client(late)).ask('REPLICAOF', '127.0.0.1', String(link.source.port));
      const onSource = await client(link.source);
      while (!(await onSource.ask<string>('INFO', 'replication')).includes(`port=${late.port}`)) await sleep(5);
    };

    expect(await engine.cutOver(tapping(joining))).toMatchObject({
      outcome: 'backedOut',
      reason: `the replica 127.0.0.1:${late.port} has joined 127.0.0.1:${link.source.port} meanwhile, and is not fenced`,
    });
    expect([engine.groups.completedMs, await said(link.source, 'SET', 'k', 'v')]).toEqual([undefined, 'OK']);
    expect(await engine.cutOver()).toMatchObject({ outcome: 'sent' });
    expect(await said(late, 'PUBLISH', 'channel', 'message')).toBe('NOPERM');
  });

  it('backs out when a user is added behind its back, and leaves that one alone', async () => {
    const { engine, link } = await start();
    const result = await engine.cutOver(
      tapping(async (command) => {
        if (command.startsWith('ACL SETUSER'))
          await (await client(link.source)).ask('ACL', 'SETUSER', 'new', 'on', 'nopass', '+@all', '~*');
      }),
    );

    expect(result).toMatchObject({ outcome: 'backedOut', reason: expect.stringMatching(/users were added .*new/) });
    expect(await said(link.source, 'SET', 'k', 'v')).toBe('OK');
  });

  it('ends who waits or could write late: BLPOP, MULTI and a subscriber in RESP3', async () => {
    const { engine, link } = await start();
    const waiting = (await client(link.source)).call('BLPOP', 'list', '0').catch(() => 'ended');
    const queued = await client(link.source);
    await queued.ask('MULTI');
    await queued.ask('SET', 'k', 'queued');
    await engine.cutOver();

    expect(await waiting).toBe('ended');
    expect(await queued.call('EXEC').catch(() => 'ended')).toBe('ended');
    expect(await said(link.source, 'GET', 'k')).toBeNull();
  });

  it('outlives a restart of the source, and so does its lifting', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'elasticache-migrator-fence-'));
    const source = await startRedis({ folder });
    const target = await startRedis({ config: { replicaof: `127.0.0.1 ${source.port}` } });
    links = [{ nodeGroupId: '0001', source, sourceReplicas: [], target, targetReplicas: [] }];
    const restart = async () => {
      await (links[0] as Link).source.stop();
      const again = await startRedis({ folder, port: source.port });
      links = links.map((link) => ({ ...link, source: again }));
    };
    await said(source, 'SET', 'k', 'v');
    while ((await said(target, 'GET', 'k')) !== 'v');
    const before = await stateOf(source);
    const engine = await engineFor(links);

    expect(await engine.cutOver()).toMatchObject({ outcome: 'sent' });
    await restart();
    expect(await said(source, 'SET', 'k', 'v')).toBe('NOPERM');
    await engine.unfence();
    await restart();
    expect(await said(source, 'SET', 'k', 'v')).toBe('OK');
    expect(await stateOf(source)).toEqual(before);
    await rm(folder, { recursive: true, force: true });
  });

  it('does not believe that nobody writes when somebody waits on the source', async () => {
    const { engine, link } = await start();
    const waiting = (await client(link.source)).call('BLPOP', 'list', '0').catch(() => 'ended');

    expect(await engine.cutOver({ cutover: { fence: 'none' } })).toMatchObject({
      outcome: 'backedOut',
      reason: expect.stringMatching(/application is not stopped.*blpop/),
    });
    for (const connection of opened.splice(0)) connection.close();
    await waiting;
    expect(await engine.cutOver({ cutover: { fence: 'none', drainBudgetMs: 1500 } })).toMatchObject({
      outcome: 'sent',
    });
    expect(await said(link.source, 'SET', 'k', 'v')).toBe('OK');
  });

  it('dials no replica of a source on which it sets nothing, and asks for the list of clients some times a second', async () => {
    const { engine, link } = await start({ sourceReplicas: 1 });
    const dialled: number[] = [];
    let lists = 0;
    const count: Tap = (command) => {
      if (command.startsWith('CLIENT LIST')) lists++;
    };
    const world: EngineOptions['world'] = ({ open }) => ({
      open: (endpoint, untilMs) => {
        dialled.push(endpoint.port);
        return tapped(open, count)(endpoint, untilMs);
      },
    });

    expect(await engine.cutOver({ cutover: { fence: 'none' }, world })).toMatchObject({ outcome: 'sent' });
    expect(dialled.toSorted()).toEqual(
      [link.source, link.target, ...link.targetReplicas].map(({ port }) => port).sort(),
    );
    expect([lists >= 2, lists <= 6]).toEqual([true, true]);
  });

  it('leaves a pause of the operator as it is, where that keeps the application off', async () => {
    const { engine, link } = await start();
    await (await client(link.source)).ask('CLIENT', 'PAUSE', '60000', 'WRITE');
    expect(await engine.cutOver({ cutover: { fence: 'none' } })).toMatchObject({ outcome: 'sent' });

    const late = (await client(link.source)).call('SET', 'k', 'late').catch(() => 'never');
    expect(await said(link.source, 'GET', 'k')).toBeNull();
    for (const connection of opened.splice(0)) connection.close();
    expect(await late).toBe('never');
  });

  it('does not take the fence of another migration of the same source for its old values', async () => {
    const { engine } = await start();
    const other = await engineFor(links);
    await other.cutOver({
      world: ({ groups }) => ({ groups: { ...NO_PROMOTION, describe: () => groups.describe('') } }),
    });

    expect(await engine.cutOver()).toMatchObject({
      outcome: 'backedOut',
      reason: expect.stringMatching(/another migration/),
    });
    expect((await engine.fence()).phase).toBe('lifted');
  });

  it('backs out of what an abort has forbidden: asked for in its record, or by a closed lock', async () => {
    const { engine, link } = await start();
    const abort = { at: 't', by: { by: 'http' as const, at: 't' }, requestId: 'r' };
    const aborted = engine.cutOver(
      tapping(async (command) => {
        if (command === 'INFO commandstats') await engine.migrations.update(MIGRATION_ID, { abort });
      }),
    );
    await expect(aborted).rejects.toMatchObject({ name: 'AbortRequestedError' });
    expect((await engine.fence()).phase).toBe('lifted');

    const { abort: asked, ...rest } = engine.migrations.record;
    engine.migrations.records.set(MIGRATION_ID, rest);
    const closing = engine.cutOver(
      tapping(async (command) => {
        if (command === 'INFO commandstats') await engine.locks.closeToIntents(GROUP, MIGRATION_ID);
      }),
    );
    await expect(closing).rejects.toMatchObject({ name: 'LockLostError' });
    expect((await engine.fence()).phase).toBe('lifted');
    expect(await said(link.source, 'SET', 'k', 'v')).toBe('OK');
    expect(engine.groups.completedMs).toBeUndefined();
  });

  it('lifts what an earlier try left before it begins anew, also one that died behind the seal', async () => {
    const { engine, link } = await start();
    const died = engine.cutOver({
      world: (world) => ({
        locks: {
          arm: (...to) => world.locks.arm(...to),
          find: (...to) => world.locks.find(...to),
          noteSend: (...to) => world.locks.noteSend(...to),
          withdraw: (...to) => world.locks.withdraw(...to),
          disarm: (...to) => world.locks.disarm(...to),
          intend: async () => Promise.reject(new Error('died')),
        },
        lift: async ({ own }) => {
          if (own) throw new Error('died');
          return 'nothing';
        },
      }),
    });
    await expect(died).rejects.toThrow('died');
    expect((await engine.fence()).phase).toBe('sealed');

    expect(await engine.cutOver()).toMatchObject({
      outcome: 'backedOut',
      reason: expect.stringMatching(/earlier try/),
    });
    expect(await said(link.source, 'SET', 'k', 'v')).toBe('OK');
    expect(await engine.cutOver()).toMatchObject({ outcome: 'sent' });
  });

  it('never lifts the fence under which CompleteMigration was noted', async () => {
    const { engine, link } = await start();
    await engine.cutOver();

    await expect(engine.lift()).rejects.toMatchObject({ name: 'TransientServiceError' });
    await engine.locks.release(GROUP, MIGRATION_ID);
    await expect(engine.lift()).rejects.toMatchObject({ name: 'TransientServiceError' });
    expect(await said(link.source, 'SET', 'k', 'v')).toBe('NOPERM');
  });
});
