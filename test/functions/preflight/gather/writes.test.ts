import { afterEach, describe, expect, it } from 'vitest';
import type { WriteRate } from '../../../../functions/preflight/facts.ts';
import type { SourceClient } from '../../../../local/demo/seed.ts';
import type { RedisProcess, StartRedisOptions } from '../../../../local/redis/server.ts';
import * as act from '../../../preflight/acts.ts';
import { type FrontRules, startFront } from '../../../preflight/front.ts';
import { toResp } from '../../../preflight/resp.ts';
import { gather, type Scene, setScene, valueIn } from './scene.ts';

const scene: Scene = setScene();
afterEach(() => scene.end());

/** What is written between the two looks, which the second INFO waits for. */
const watchWhile = async (
  redis: RedisProcess,
  happening: (client: SourceClient) => Promise<unknown>,
  rules: FrontRules = {},
) => {
  const client = await scene.client(redis);
  let looks = 0;
  const between: act.Act = async ({ client: asking, real }) => {
    if (++looks === 2) await happening(client);
    asking.write(await real());
  };
  const front = await startFront(redis.port, { INFO: between, ...rules });
  scene.later(() => front.close());
  return gather(front, { sampleMs: 1 });
};

const repeat = async (client: SourceClient, times: number, command: string[]) => {
  for (let time = 0; time < times; time++) await client.sendCommand(command);
};
const bytesOf = (command: string[]) =>
  `*${command.length}\r\n${command.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`.length;
/** Bytes in the window, since how long it was is for the machine to say. */
const bytesIn = ({ lowBytesPerSecond, highBytesPerSecond, windowMs }: WriteRate) =>
  [lowBytesPerSecond, highBytesPerSecond].map((rate) => Math.round((rate * windowMs) / 1000));

const SET = ['SET', 'key', 'x'.repeat(1000)];
const GET = ['GET', 'key'];

const following = async (redis: RedisProcess, options: StartRedisOptions = {}) => {
  const replica = await scene.start({
    ...options,
    config: { ...options.config, replicaof: `127.0.0.1 ${redis.port}` },
  });
  const client = await scene.client(replica);
  await expect
    .poll(async () => String(await client.sendCommand(['INFO', 'replication'])))
    .toContain('master_link_status:up');
  return replica;
};

describe('The rate of writes', () => {
  it('of a source that nobody uses is none: what we ask ourselves does not count', async () => {
    const redis = await scene.start();
    const { writes } = await gather(redis, { sampleMs: 20 });

    expect(valueIn(writes)).toMatchObject({ measuredBy: 'input', lowBytesPerSecond: 0, highBytesPerSecond: 0 });
    expect(valueIn(writes).windowMs).toBeGreaterThanOrEqual(20);
    expect(valueIn(writes).cpuShare).toBeGreaterThanOrEqual(0);
  });

  it('without a replica is all input when nobody calls anything but writes', async () => {
    const facts = await watchWhile(await scene.start(), (client) => repeat(client, 30, SET));

    expect(bytesIn(valueIn(facts.writes))).toEqual([30 * bytesOf(SET), 30 * bytesOf(SET)]);
  });

  it('is not at least the share of the calls: one that reads may be most of the input', async () => {
    const many = ['MGET', ...Array.from({ length: 5000 }, (_, at) => `a-key-with-some-name:${at}`)];
    const facts = await watchWhile(await scene.start(), async (client) => {
      await repeat(client, 20, ['INCR', 'i']);
      await repeat(client, 10, many);
    });

    const [low = 0, high] = bytesIn(valueIn(facts.writes));
    expect(low).toBeGreaterThan(0);
    expect(low).toBeLessThanOrEqual(20 * bytesOf(['INCR', 'i']));
    expect(high).toBe(20 * bytesOf(['INCR', 'i']) + 10 * bytesOf(many));
  });

  it('is none when nobody calls what may be replicated', async () => {
    const facts = await watchWhile(await scene.start(), (client) => repeat(client, 50, GET));

    expect(bytesIn(valueIn(facts.writes))).toEqual([0, 0]);
  });

  it.each([
    [['PUBLISH', 'news', 'x'.repeat(1000)]],
    [['PFCOUNT', 'key']],
    [['EVAL', 'return 1', '0']],
    [['SCRIPT', 'FLUSH']],
  ])('may be all input of %j, which no flag of writes tells', async (command) => {
    const facts = await watchWhile(await scene.start(), (client) => repeat(client, 10, command));

    const [low, high] = bytesIn(valueIn(facts.writes));
    expect(low).toBe(0);
    expect(high).toBeGreaterThanOrEqual(10 * bytesOf(command));
  });

  it('without a replica is all input at most, and a few bytes for each call that writes at least', async () => {
    const facts = await watchWhile(await scene.start(), async (client) => {
      await repeat(client, 30, SET);
      await repeat(client, 70, GET);
    });

    const input = 30 * bytesOf(SET) + 70 * bytesOf(GET);
    expect(valueIn(facts.writes).measuredBy).toBe('input');
    expect(bytesIn(valueIn(facts.writes))).toEqual([30 * 20, input]);
  });

  it('counts what scripts write, by what they call', async () => {
    const script = ['EVAL', "return redis.call('SET', KEYS[1], 'value')", '1', 'key'];
    const facts = await watchWhile(await scene.start(), (client) => repeat(client, 10, script));

    const input = 10 * bytesOf(script);
    expect(bytesIn(valueIn(facts.writes))).toEqual([10 * 20, input + 10 * 1024]);
  });

  it('takes a command that was renamed for one that may write', async () => {
    const facts = await watchWhile(await scene.start(), (client) => repeat(client, 10, GET), {
      'COMMAND INFO': act.change((reply) => ('items' in reply && reply.items?.length === 1 ? toResp([null]) : reply)),
    });

    const [low, high] = bytesIn(valueIn(facts.writes));
    expect(low).toBe(0);
    expect(high).toBe(10 * bytesOf(GET));
  });

  it('with a replica is what its stream grew by', async () => {
    const redis = await scene.start();
    await following(redis);
    const facts = await watchWhile(redis, async (client) => {
      await repeat(client, 10, SET);
      await repeat(client, 90, GET);
    });

    expect(valueIn(facts.writes).measuredBy).toBe('offset');
    const [low = 0, high] = bytesIn(valueIn(facts.writes));
    expect(high).toBe(low);
    expect(low).toBeGreaterThanOrEqual(10 * bytesOf(SET));
    expect(low).toBeLessThan(11 * bytesOf(SET));
  });

  it('is the stream too when a replica has been there', async () => {
    const redis = await scene.start();
    const replica = await following(redis);
    await replica.stop();
    const facts = await watchWhile(redis, (client) => repeat(client, 10, SET));

    expect(valueIn(facts.writes).measuredBy).toBe('offset');
    expect(bytesIn(valueIn(facts.writes))[0]).toBeGreaterThanOrEqual(10 * bytesOf(SET));
  });

  it('of a replica is what it follows', async () => {
    const primary = await scene.start();
    const replica = await following(primary);
    const facts = await watchWhile(replica, async (client) => {
      await repeat(await scene.client(primary), 10, SET);
      await client.sendCommand(['PING']);
      await expect.poll(async () => String(await client.sendCommand(['GET', 'key']))).toHaveLength(1000);
    });

    expect(valueIn(facts.writes).measuredBy).toBe('offset');
    expect(bytesIn(valueIn(facts.writes))[0]).toBeGreaterThan(bytesOf(SET));
  });

  it('is not known when no time was given to watch', async () => {
    expect((await gather(await scene.start(), { sampleMs: 0 })).writes).toEqual({
      unreadable: 'the sample of the writes is set to 0 ms',
    });
  });

  it('is not known when the counters were reset meanwhile', async () => {
    const redis = await scene.start();
    await repeat(await scene.client(redis), 100, SET);
    const facts = await watchWhile(redis, (client) => client.sendCommand(['CONFIG', 'RESETSTAT']));

    expect(facts.writes).toEqual({
      unreadable: expect.stringMatching(/^total_net_input_bytes went back by \d+ while it was watched$/),
    });
  });

  it('is not known when the source was restarted meanwhile', async () => {
    const redis = await scene.start();
    let looks = 0;
    const another: act.Act = (turn) => (++looks === 2 ? act.info({ run_id: 'f'.repeat(40) }) : act.info({}))(turn);
    const front = await startFront(redis.port, { INFO: another });
    scene.later(() => front.close());

    expect((await gather(front, { sampleMs: 1 })).writes).toEqual({
      unreadable: 'the source was restarted while it was watched',
    });
  });

  it.each([
    ['total_net_input_bytes', '9'.repeat(30)],
    ['total_net_input_bytes', 'NaN'],
    ['total_net_input_bytes', undefined],
  ])('is not known when %s is %s', async (field, value) => {
    const front = await startFront((await scene.start()).port, { INFO: act.info({ [field]: value }) });
    scene.later(() => front.close());

    expect((await gather(front, { sampleMs: 1 })).writes).toEqual({
      unreadable: expect.stringMatching(/^INFO is not as it should be: it(s| has no) total_net_input_bytes/),
    });
  });

  it('by the input is not known where COMMAND is refused', async () => {
    const redis = await scene.start({ acl: ['default on nopass ~* &* +@all -command'] });
    const facts = await gather(redis, { sampleMs: 5 });

    expect(facts.sourceCommands).toHaveProperty('unreadable');
    expect(facts.writes).toEqual({ unreadable: 'COMMAND INFO was not answered' });
  });
});
