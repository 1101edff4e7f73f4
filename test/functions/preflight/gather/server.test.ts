import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseUser } from '../../../../functions/preflight/acl-user.ts';
import { NEEDED_COMMANDS } from '../../../../functions/preflight/asked.ts';
import { defaultUserOf } from '../../../../functions/preflight/gather/source-rules.ts';
import * as act from '../../../preflight/acts.ts';
import { startFront } from '../../../preflight/front.ts';
import { gather, type Scene, setScene, valueIn } from './scene.ts';

const scene: Scene = setScene();
afterEach(() => scene.end());

const behindFront = async (rules: Parameters<typeof startFront>[1]) => {
  const front = await startFront((await scene.start()).port, rules);
  scene.later(() => front.close());
  return front;
};

describe('Of a source is told', () => {
  it('its INFO with the statistics of commands, its configuration and its commands', async () => {
    const redis = await scene.start({
      config: { save: '3600 1', 'repl-backlog-size': '64mb', 'maxmemory-policy': 'allkeys-lru' },
    });
    await (await scene.client(redis)).sendCommand(['SET', 'key', 'value']);
    const facts = await gather(redis);

    const info = valueIn(facts.sourceInfo);
    expect(info.get('redis_version')).toBe(redis.server.version);
    expect(info.get('cmdstat_set')).toMatch(/^calls=1,/);
    expect(info.get('db0')).toMatch(/^keys=1,/);
    expect(Object.fromEntries(valueIn(facts.sourceConfig))).toMatchObject({
      bind: '127.0.0.1',
      databases: '16',
      'maxmemory-policy': 'allkeys-lru',
      'min-slaves-max-lag': '10',
      'min-replicas-max-lag': '10',
      'protected-mode': 'no',
      'repl-backlog-size': '67108864',
      save: '3600 1',
      aclfile: '',
    });
    expect([...valueIn(facts.sourceCommands)]).toEqual(NEEDED_COMMANDS.map((name) => [name, true]));
    expect(valueIn(facts.sourceModules)).toEqual([]);
    expect(valueIn(facts.sourceAddresses)).toEqual(['127.0.0.1']);
  });

  it('which commands are renamed', async () => {
    const redis = await scene.start({ config: { 'rename-command': 'FLUSHALL ""' } });
    const known = valueIn((await gather(redis)).sourceCommands);

    expect([...known].filter(([, is]) => !is)).toEqual([['flushall', false]]);
  });

  it('which libraries of functions and which users it has', async () => {
    const redis = await scene.start({ acl: ['default on nopass ~* &* +@all', 'app on >secret ~app:* +@read'] });
    const client = await scene.client(redis);
    await client.sendCommand([
      'FUNCTION',
      'LOAD',
      '#!lua name=mine\nredis.register_function("f", function() return 1 end)',
    ]);
    const facts = await gather(redis);

    expect(facts.sourceFunctions).toEqual({ value: ['mine'] });
    expect(facts.sourceUsers).toEqual({ value: ['app', 'default'] });
  });

  it('how much a fence would have to note of its users, and whether default is as it is by itself', async () => {
    const app = 'app on >secret ~app:* -@all +get +set (~mine:* +@all -debug)';
    const redis = await scene.start({ acl: [app] });
    const client = await scene.client(redis);
    const rules = async () => valueIn((await gather(redis)).sourceRules);
    const noted = async () => {
      const lines = (await client.sendCommand<string[]>(['ACL', 'LIST'])).map((line) => parseUser(line.slice(5)));
      return JSON.stringify(lines.map(({ name, commands, selectors }) => [name, ...commands, ...selectors].join(' ')));
    };

    expect(await rules()).toEqual({ characters: (await noted()).length, defaultUser: 'plain' });
    await client.sendCommand(['ACL', 'SETUSER', 'default', '+@all', '-debug']);
    expect(await rules()).toEqual({ characters: (await noted()).length, defaultUser: 'changed' });
    for (let at = 0; at < 200; at++) await client.sendCommand(['ACL', 'SETUSER', `user:${at}`, '+@all', '-debug']);
    const { characters } = await rules();
    expect(Math.abs(characters / (await noted()).length - 1)).toBeLessThan(0.2);
  });

  it.each([
    ['default on nopass ~* &* +@all', '7.0.15', 'plain'],
    [`default on #${'0a'.repeat(32)} ~* &* +@all`, '7.0.15', 'plain'],
    ['default on nopass sanitize-payload ~* &* +@all', '7.0.15', 'declared'],
    ['default on nopass sanitize-payload ~* &* +@all', '7.2.4', 'plain'],
    ['default on nopass sanitize-payload ~* &* +@all', undefined, 'plain'],
    ['default on nopass ~* &* +@all -debug', '7.0.15', 'changed'],
    ['default on nopass ~app:* &* +@all', '7.0.15', 'changed'],
    ['default on nopass ~* resetchannels +@all', '7.0.15', 'changed'],
    ['default off nopass ~* &* +@all', '7.0.15', 'changed'],
    ['default nopass ~* &* +@all', '7.0.15', 'changed'],
    ['default on nopass ~* &* +@all (~x +get)', '7.0.15', 'changed'],
  ])('what its user default is by the rules %s of version %s', (rules, version, is) => {
    expect(defaultUserOf(parseUser(rules), version)).toBe(is);
    expect(defaultUserOf(undefined, version)).toBe('changed');
  });

  it('which clients it has, and we are none of them', async () => {
    const redis = await scene.start();
    const client = await scene.client(redis);
    await client.sendCommand(['CLIENT', 'SETNAME', 'app']);
    await client.sendCommand(['SET', 'key', 'value']);
    const clients = valueIn((await gather(redis, { sampleMs: 1 })).sourceClients);

    expect(clients).toHaveLength(1);
    expect(Object.fromEntries(clients[0] ?? [])).toMatchObject({
      name: 'app',
      flags: 'N',
      db: '0',
      cmd: 'set',
      user: 'default',
      addr: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      omem: '0',
    });
  });

  it('which modules it has', async () => {
    const front = await behindFront({
      'MODULE LIST': act.answer([
        ['name', 'search', 'ver', 20_600, 'path', '/search.so', 'args', []],
        ['name', 'ReJSON', 'ver', 20_400],
      ]),
    });

    expect((await gather(front)).sourceModules).toEqual({
      value: [{ name: 'search', path: '/search.so' }, { name: 'ReJSON' }],
    });
  });

  it.each([
    ['config|get', 'sourceConfig'],
    ['module|list', 'sourceModules'],
    ['function|list', 'sourceFunctions'],
    ['acl|users', 'sourceUsers'],
    ['client|list', 'sourceClients'],
    ['scan', 'sourceKeys'],
    ['type', 'sourceKeys'],
    ['pttl', 'sourceKeys'],
    ['memory|usage', 'sourceKeys'],
    ['strlen', 'sourceKeys'],
    ['dump', 'rdbFormat'],
    ['time', 'clocks'],
    ['pubsub', 'sentinels'],
  ] as const)('in its own words that it refuses %s, and all but %s', async (command, fact) => {
    const redis = await scene.start({ acl: [`default on nopass ~* &* +@all -${command}`] });
    await (await scene.client(redis)).sendCommand(['SET', 'key', 'value']);
    const facts = await gather(redis, { sampleMs: 5, nodes: [await scene.start()] });

    expect(facts[fact]).toEqual({ unreadable: expect.stringMatching(/^NOPERM .*permissions/) });
    expect(
      Object.entries(facts)
        .filter(([, one]) => 'unreadable' in one)
        .map(([name]) => name),
    ).toEqual([fact]);
  });
});

describe('The clients of a source', () => {
  const connectIdle = async ({ port }: { port: number }, count: number) => {
    const sockets = Array.from({ length: count }, () => connect({ host: '127.0.0.1', port }));
    scene.later(() => sockets.map((socket) => socket.destroy()));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  };

  it('are not listed when they are many: the list would hold it up', async () => {
    const [source, node] = [await scene.start(), await scene.start()];
    for (const redis of [source, node]) await connectIdle(redis, 1100);
    const facts = await gather(source, { nodes: [node], sampleMs: 1 });

    const why = /^(test-001: )?110\d clients are connected: CLIENT LIST of more than 1000 .* was not asked for$/;
    expect(facts).toMatchObject({
      sourceClients: { unreadable: expect.stringMatching(why) },
      targetClients: { unreadable: expect.stringMatching(why) },
      sentinels: { value: [] },
    });
    for (const redis of [source, node])
      expect(String(await (await scene.client(redis)).sendCommand(['INFO', 'commandstats']))).not.toContain(
        'client|list',
      );
  });

  it('are not listed when INFO does not tell how many they are', async () => {
    const front = await behindFront({ INFO: act.info({ connected_clients: undefined }) });

    expect((await gather(front)).sourceClients).toHaveProperty('unreadable');
    expect(front.heard.map(([name]) => name)).not.toContain('CLIENT');
  });

  it('are not we behind a NAT, where it sees other addresses than ours', async () => {
    const redis = await scene.start();
    const forwarder = createServer((socket) => {
      const on = connect({ host: '127.0.0.1', port: redis.port });
      for (const [from, to] of [
        [socket, on],
        [on, socket],
      ] as const) {
        from.on('error', () => undefined).on('close', () => to.destroy());
        from.pipe(to);
      }
    });
    await once(forwarder.listen(0, '127.0.0.1'), 'listening');
    scene.later(() => forwarder.close());
    const { port } = forwarder.address() as AddressInfo;
    await (await scene.client(redis)).sendCommand(['SET', 'key', 'value']);
    const facts = await gather({ port }, { nodes: [{ port }], sampleMs: 20 });

    expect(valueIn(facts.sourceClients).map((line) => line.get('cmd'))).toEqual(['set']);
    expect(valueIn(facts.targetClients).map(({ line }) => line.get('cmd'))).toEqual(['set']);
  });

  it.each([
    ['refused', act.refuse("ERR Unknown subcommand or wrong number of arguments for 'ID'")],
    ['nonsense', act.answer('x')],
    ['closed', act.hangUp()],
  ])('are not we when CLIENT ID is %s, by our addresses', async (_, answer) => {
    const facts = await gather(await behindFront({ 'CLIENT ID': answer }), { sampleMs: 20 });

    expect(facts.sourceClients).toEqual({ value: [] });
    expect(facts.clocks).not.toHaveProperty('unreadable');
    expect(facts.writes).toMatchObject({ value: { lowBytesPerSecond: 0, highBytesPerSecond: 0 } });
  });
});

describe('A source of an earlier version', () => {
  const NEWER = ['ACL', 'FUNCTION', 'MEMORY', 'MODULE'];

  it.each<[string, string[], string[]]>([
    ['7.0.0', [], ['ACL', 'FUNCTION', 'MEMORY', 'MODULE']],
    ['6.2.7', ['sourceFunctions'], ['ACL', 'MEMORY', 'MODULE']],
    ['5.0.14', ['sourceFunctions', 'sourceUsers'], ['MEMORY', 'MODULE']],
    ['3.2.13', ['sourceModules', 'sourceFunctions', 'sourceUsers'], []],
  ])('%s is not asked for what it does not have', async (version, moot, commands) => {
    const front = await behindFront({ INFO: act.info({ redis_version: version }) });
    await (await scene.client(front)).sendCommand(['SET', 'key', 'value']);
    const facts = await gather(front);

    const others = ['sourceModules', 'sourceFunctions', 'sourceUsers'].filter((name) => !moot.includes(name));
    for (const name of moot) expect(facts).toHaveProperty(name, { moot: true });
    for (const name of others) expect(facts).toHaveProperty(name, { value: expect.any(Array) });
    const asked = new Set(front.heard.map(([name = '']) => name));
    expect(NEWER.filter((name) => asked.has(name))).toEqual(commands);
    expect(valueIn(facts.sourceKeys)[0]).toMatchObject({ name: 'key', elements: 5 });
    expect(valueIn(facts.rdbFormat)).toBeGreaterThan(5);
  });

  it('2.8 is not expected to know CLUSTER, which came with 3.0', async () => {
    const front = await behindFront({ INFO: act.info({ redis_version: '2.8.24' }) });

    expect([...valueIn((await gather(front)).sourceCommands).keys()]).toEqual(
      NEEDED_COMMANDS.filter((name) => name !== 'cluster'),
    );
  });

  it('that tells no version that can be read is asked for everything', async () => {
    const facts = await gather(await behindFront({ INFO: act.info({ redis_version: 'unstable' }) }));

    expect(facts).toMatchObject({
      sourceModules: { value: [] },
      sourceFunctions: { value: [] },
      sourceUsers: { value: ['default'] },
    });
  });

  it('that calls itself Valkey has what Redis 7.2 has', async () => {
    const front = await behindFront({
      INFO: act.info({ redis_version: '7.2.4', server_name: 'valkey', valkey_version: '8.1.0' }),
    });

    expect(await gather(front)).toMatchObject({ sourceFunctions: { value: [] } });
  });
});

describe('What a hostile source tells', () => {
  it.each<[string, Parameters<typeof startFront>[1], string]>([
    ['CONFIG GET', { 'CONFIG GET': act.answer(['other', 'value']) }, 'sourceConfig'],
    ['CONFIG GET', { 'CONFIG GET': act.answer([]) }, 'sourceConfig'],
    ['COMMAND INFO', { 'COMMAND INFO': act.answer([null]) }, 'sourceCommands'],
    ['COMMAND INFO', { 'COMMAND INFO': act.answer(NEEDED_COMMANDS.map(() => 'x')) }, 'sourceCommands'],
    ['MODULE LIST', { 'MODULE LIST': act.answer([['ver', 1]]) }, 'sourceModules'],
    ['FUNCTION LIST', { 'FUNCTION LIST': act.answer(['mine']) }, 'sourceFunctions'],
    ['ACL USERS', { 'ACL USERS': act.answer([1]) }, 'sourceUsers'],
    ['CLIENT LIST', { 'CLIENT LIST': act.answer('') }, 'sourceClients'],
    ['CLIENT LIST', { 'CLIENT LIST': act.answer('nonsense') }, 'sourceClients'],
    ['PUBSUB NUMSUB', { PUBSUB: act.answer(['channel']) }, 'sentinels'],
    ['TIME', { TIME: act.answer(['0', '0']) }, 'clocks'],
    ['TIME', { TIME: act.answer(['99999999999999999999', '0']) }, 'clocks'],
  ])('for %s is not believed', async (command, rules, fact) => {
    const facts = await gather(await behindFront(rules), { nodes: [await scene.start()] });

    expect(facts).toHaveProperty(fact, { unreadable: `${command} was answered in a form that it does not have` });
  });

  it('at absurd length is not read', async () => {
    const long = act.answer(`redis_version:7.0.0\r\n${'x:y\r\n'.repeat(300_000)}`);

    expect((await gather(await behindFront({ INFO: long }))).sourceInfo).toEqual({
      unreadable: expect.stringMatching(/^INFO has 1500\d+ characters$/),
    });
  });

  it('in many words is cut to what a person reads', async () => {
    const front = await behindFront({ 'CONFIG GET': act.refuse(`ERR \u001b[2J${'x'.repeat(10_000)}`) });

    expect((await gather(front)).sourceConfig).toEqual({
      unreadable: expect.stringMatching(/^ERR \?\[2Jx{288,300}…$/),
    });
  });
});
