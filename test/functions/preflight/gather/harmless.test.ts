import { afterEach, describe, expect, it } from 'vitest';
import { type SourceClient, seed } from '../../../../local/demo/seed.ts';
import * as act from '../../../preflight/acts.ts';
import { startFront } from '../../../preflight/front.ts';
import { endpointOf, gather, groupOf, type Scene, setScene, valueIn } from './scene.ts';

const scene: Scene = setScene();
afterEach(() => scene.end());

const infoOf = async (client: SourceClient, section: string) =>
  Object.fromEntries(
    String(await client.sendCommand(['INFO', section]))
      .split('\r\n')
      .map((line) => line.split(':', 2)),
  );

/** All that a server keeps, and how often each command that writes was called. */
const stateOf = async (client: SourceClient) => {
  const calls = await infoOf(client, 'commandstats');
  const names = Object.keys(calls).flatMap((field) => (field.startsWith('cmdstat_') ? field.slice(8) : []));
  const about = (await client.sendCommand(['COMMAND', 'INFO', ...names])) as [string, number, string[]][];
  return {
    writes: names.filter((_, at) => about[at]?.[2].includes('write')).map((name) => calls[`cmdstat_${name}`]),
    config: await client.sendCommand(['CONFIG', 'GET', '*']),
    users: await client.sendCommand(['ACL', 'LIST']),
    functions: await client.sendCommand(['FUNCTION', 'LIST', 'WITHCODE']),
    data: await client.sendCommand(['DEBUG', 'DIGEST']),
    keys: await client.sendCommand(['DBSIZE']),
    changes: (await infoOf(client, 'persistence')).rdb_changes_since_last_save,
    stream: (await infoOf(client, 'replication')).master_repl_offset,
    clients: String(await client.sendCommand(['CLIENT', 'LIST']))
      .trim()
      .split('\n').length,
  };
};

const filled = async () => {
  const redis = await scene.start({ config: { 'enable-debug-command': 'yes' } });
  const client = await scene.client(redis);
  await seed(client, 2000, 100);
  await client.sendCommand([
    'FUNCTION',
    'LOAD',
    '#!lua name=mine\nredis.register_function("f", function() return 1 end)',
  ]);
  return { redis, client };
};

describe('Gathering', () => {
  it('changes nothing on either side, and leaves no connection', async () => {
    const [source, target] = [await filled(), await filled()];
    const before = [await stateOf(source.client), await stateOf(target.client)];
    const facts = await gather(source.redis, { nodes: [target.redis], sampleMs: 20 });

    expect(valueIn(facts.sourceKeys)).toHaveLength(300);
    await expect.poll(async () => [await stateOf(source.client), await stateOf(target.client)]).toEqual(before);
  });

  it('sends no command that writes', async () => {
    const { redis, client } = await filled();
    const fronts = [await startFront(redis.port), await startFront((await scene.start()).port)] as const;
    scene.later(() => Promise.all(fronts.map((front) => front.close())));
    await gather(fronts[0], { nodes: [fronts[1]], sampleMs: 5 });

    const names = new Set(
      fronts.flatMap(({ heard }) =>
        heard.map(([name = '', sub = '']) => (COMPOUND.has(name) ? `${name}|${sub}` : name)),
      ),
    );
    const about = (await client.sendCommand(['COMMAND', 'INFO', ...names])) as [string, number, string[]][];
    expect(about.filter(([, , flags]) => flags.includes('write') || flags.includes('blocking'))).toEqual([]);
    expect(
      about
        .filter(([, , flags]) => flags.includes('admin'))
        .map(([name]) => name)
        .sort(),
    ).toEqual(['acl|getuser', 'acl|users', 'client|list', 'config|get', 'module|list']);
  });

  it('keeps a source of many keys from its work by no command', async () => {
    const limits = { 'slowlog-log-slower-than': '5000', 'slowlog-max-len': '1000' };
    const redis = await scene.start({ config: { 'enable-debug-command': 'yes', ...limits } });
    const client = await scene.client(redis);
    await client.sendCommand(['DEBUG', 'POPULATE', '200000']);

    const slow = async () => {
      await client.sendCommand(['SLOWLOG', 'RESET']);
      await gather(redis, { sampleMs: 5 });
      return client.sendCommand(['SLOWLOG', 'GET', '10']);
    };
    // A machine on its knees may stop any command of any server: once without is enough.
    await expect.poll(slow, { timeout: 20_000 }).toEqual([]);
  });
});

const COMPOUND = new Set(['ACL', 'CLIENT', 'COMMAND', 'CONFIG', 'FUNCTION', 'MEMORY', 'MODULE', 'PUBSUB']);

describe('Gathering ends in its time', () => {
  const front = async (rules: Parameters<typeof startFront>[1]) => {
    const started = await startFront((await scene.start()).port, rules);
    scene.later(() => started.close());
    return started;
  };

  it('when the API takes its time: the source is read meanwhile, and the time counts from the beginning', async () => {
    const source = await front({});
    const node = await scene.start();
    const untilMs = Date.now() + 500;
    const facts = await gather(source, {
      limitMs: 500,
      targets: {
        group: async () => {
          await expect.poll(() => source.heard.length, { timeout: 10_000 }).toBeGreaterThan(0);
          await expect.poll(() => Date.now()).toBeGreaterThan(untilMs + 100);
          return groupOf([endpointOf(node)]);
        },
      },
    });

    expect(facts.nodes).toMatchObject({
      value: { read: [], unread: [{ why: expect.stringContaining('no time was left') }] },
    });
  });

  it('when nobody answers', async () => {
    const [source, primary, replica] = [
      await front({ '*': act.hang }),
      await front({ '*': act.hang }),
      await front({ '*': act.hang }),
    ];
    const facts = await gather(source, { nodes: [primary, replica], limitMs: 200 });

    expect(facts).toMatchObject({
      sourceReach: { value: { state: 'unreachable', detail: expect.stringContaining('did not answer INFO') } },
      nodes: { value: { read: [], unread: [{}, {}] } },
    });
  });

  it('when all is answered slowly: what there is no time for says so', async () => {
    const slowly: act.Act = async ({ client, real }) => {
      await new Promise((resolve) => setTimeout(resolve, 40));
      client.write(await real());
    };
    const facts = await gather(await front({ '*': slowly }), { limitMs: 300, sampleMs: 10 });
    const unread = Object.values(facts).flatMap((fact) => ('unreadable' in fact ? fact.unreadable : []));

    expect(unread.length).toBeGreaterThan(0);
    for (const why of unread) expect(why).toMatch(/no time was left to (ask|connect)|did not answer \w+ within \d+ ms/);
  });

  it('when the second look hangs', async () => {
    const facts = await gather(await front({ INFO: act.onceThen(act.hang) }), { limitMs: 300, sampleMs: 10 });

    expect(facts).toMatchObject({
      sourceInfo: { value: expect.any(Map) },
      writes: { unreadable: expect.stringContaining('did not answer INFO') },
    });
  });
});
