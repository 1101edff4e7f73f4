import { afterEach, describe, expect, it } from 'vitest';
import type { RedisProcess } from '../../../../local/redis/server.ts';
import * as act from '../../../preflight/acts.ts';
import { startSentinel } from '../../../preflight/bare-server.ts';
import { type FrontRules, startFront } from '../../../preflight/front.ts';
import { endpointOf, gather, type Scene, setScene, valueIn } from './scene.ts';

const scene: Scene = setScene();
afterEach(() => scene.end());

const watchedBySentinel = async (redis: RedisProcess, name = 'mymaster') => {
  const sentinel = await startSentinel(name, redis.port);
  scene.later(() => sentinel.stop());
  const client = await scene.client(redis);
  await expect
    .poll(async () => String(await client.sendCommand(['CLIENT', 'LIST'])), { timeout: 10_000 })
    .toMatch(/name=sentinel-\w+-pubsub/);
  return sentinel;
};

const behindFront = async (rules: FrontRules) => {
  const front = await startFront((await scene.start()).port, rules);
  scene.later(() => front.close());
  return front;
};

/** What Sentinels say of themselves, one message after the other, to whoever subscribes. */
const hello = (...texts: string[]): act.Act =>
  act.bytes(
    ['*3\r\n$9\r\nsubscribe\r\n$18\r\n__sentinel__:hello\r\n:1\r\n']
      .concat(texts.map((text) => `*3\r\n$7\r\nmessage\r\n$18\r\n__sentinel__:hello\r\n$${text.length}\r\n${text}\r\n`))
      .join(''),
  );
const listeners = (count: number) => act.answer(['__sentinel__:hello', count]);
const says = (port: number, name = 'mymaster', address = '127.0.0.1') =>
  `${address},${port},${'a'.repeat(40)},0,${name},127.0.0.1,6379,0`;

describe('Sentinels', () => {
  it('are none, and nobody listens for them, where none gives a sign', async () => {
    const front = await behindFront({});

    expect((await gather(front)).sentinels).toEqual({ value: [] });
    expect(front.heard.flat()).not.toContain('SUBSCRIBE');
  });

  it('that watch the source are heard, and asked for the replicas that they know', async () => {
    const redis = await scene.start();
    const replica = await scene.start({ config: { replicaof: `127.0.0.1 ${redis.port}` } });
    const sentinel = await watchedBySentinel(redis, 'the-cache');
    const ofSentinel = await scene.client(sentinel);
    await expect
      .poll(async () => JSON.stringify(await ofSentinel.sendCommand(['SENTINEL', 'REPLICAS', 'the-cache'])), {
        timeout: 20_000,
      })
      .toContain(String(replica.port));

    expect(valueIn((await gather(redis)).sentinels)).toEqual([
      { endpoint: endpointOf(sentinel), primaryName: 'the-cache', replicas: [endpointOf(replica)] },
    ]);
  });

  it('are heard too when the source hides its clients, but not asked: anybody may publish', async () => {
    const redis = await scene.start();
    const sentinel = await watchedBySentinel(redis);
    await (await scene.client(redis)).sendCommand(['ACL', 'SETUSER', 'default', '-client|list']);

    expect((await gather(redis)).sentinels).toEqual({
      value: [{ endpoint: endpointOf(sentinel), primaryName: 'mymaster' }],
    });
  });

  it('are heard too when the source has too many clients to list, and not asked', async () => {
    const sentinel = await startFront((await scene.start()).port);
    scene.later(() => sentinel.close());
    const front = await behindFront({
      INFO: act.info({ connected_clients: '9000' }),
      'PUBSUB NUMSUB': listeners(1),
      SUBSCRIBE: hello(says(sentinel.port)),
    });

    expect(valueIn((await gather(front)).sentinels)).toEqual([
      { endpoint: endpointOf(sentinel), primaryName: 'mymaster' },
    ]);
    expect(sentinel.heard).toEqual([]);
  });

  it('are not asked where no client of the source is', async () => {
    const sentinel = await startFront((await scene.start()).port);
    scene.later(() => sentinel.close());
    const front = await behindFront({
      'PUBSUB NUMSUB': listeners(1),
      SUBSCRIBE: hello(says(sentinel.port)),
      'CLIENT LIST': act.replace(/ addr=127.0.0.1:/, ' addr=10.0.0.7:'),
    });

    expect(valueIn((await gather(front)).sentinels)).toEqual([
      { endpoint: endpointOf(sentinel), primaryName: 'mymaster' },
    ]);
    expect(sentinel.heard).toEqual([]);
  });

  it('of old versions are asked for their slaves', async () => {
    const sentinel = await startFront((await scene.start()).port, {
      'SENTINEL REPLICAS': act.refuse('ERR Unknown sentinel subcommand'),
      'SENTINEL SLAVES': act.answer([['name', 'x', 'ip', '10.0.0.8', 'port', '6380']]),
    });
    scene.later(() => sentinel.close());
    const front = await behindFront({ 'PUBSUB NUMSUB': listeners(1), SUBSCRIBE: hello(says(sentinel.port)) });
    await scene.client(front);

    expect(valueIn((await gather(front)).sentinels)).toMatchObject([
      { replicas: [{ address: '10.0.0.8', port: 6380 }] },
    ]);
  });

  it.each<[string, act.Act]>([
    ['refuses', act.refuse('ERR')],
    ['closes', act.hangUp()],
    ['answers nonsense', act.answer(7)],
    ['lists nonsense', act.answer([['ip', '10.0.0.8']])],
  ])('are told without replicas when one %s', async (_, misbehaves) => {
    const sentinel = await startFront((await scene.start()).port, { SENTINEL: misbehaves });
    scene.later(() => sentinel.close());
    const front = await behindFront({ 'PUBSUB NUMSUB': listeners(1), SUBSCRIBE: hello(says(sentinel.port)) });
    await scene.client(front);

    expect(valueIn((await gather(front)).sentinels)).toEqual([
      { endpoint: endpointOf(sentinel), primaryName: 'mymaster' },
    ]);
  });

  it('are five at most that are asked, whoever publishes', async () => {
    const sentinel = await startFront((await scene.start()).port, { SENTINEL: act.answer([]) });
    scene.later(() => sentinel.close());
    const names = Array.from({ length: 200 }, (_, at) => says(sentinel.port, `name-${at}`));
    const front = await behindFront({ 'PUBSUB NUMSUB': listeners(50), SUBSCRIBE: hello(...names) });
    await scene.client(front);
    const sentinels = valueIn((await gather(front)).sentinels);

    expect(sentinels).toHaveLength(50);
    expect(sentinels.filter(({ replicas }) => replicas)).toHaveLength(5);
    expect(sentinel.heard).toHaveLength(5);
  });

  it('are not known when they are connected and none is heard', async () => {
    const front = await behindFront({
      'PUBSUB NUMSUB': listeners(1),
      SUBSCRIBE: hello('nonsense', says(0), says(65_536), says(1, ''), says(1, 'x', 'a b'), 'x,1,2,3,4,5'),
    });

    expect((await gather(front)).sentinels).toEqual({
      unreadable: 'Sentinels are connected, and none said in 2500 ms where it is',
    });
  });

  it('are not known when they are connected and cannot be listened for', async () => {
    const redis = await scene.start({
      acl: ['default on nopass ~* &* +@all -subscribe', 'sentinel on nopass ~* &* +@all'],
    });
    const client = await scene.client(redis);
    await client.sendCommand(['AUTH', 'sentinel', 'x']);
    await client.sendCommand(['SUBSCRIBE', '__sentinel__:hello']);

    expect((await gather(redis)).sentinels).toEqual({ unreadable: expect.stringMatching(/^NOPERM .*'subscribe'/) });
  });
});
