import { afterEach, describe, expect, it } from 'vitest';
import { commandIn, startTap, type Tap, type Tapped } from '../../chaos/tap.ts';
import { type RedisProcess, startRedis } from '../../local/redis/server.ts';
import { Connection } from '../cutover/ledger/resp.ts';

describe('commandIn', () => {
  it.each([
    ['*2\r\n$4\r\nINFO\r\n$3\r\nall\r\n*1', { command: ['INFO', 'all'], end: 23 }],
    ['*2\r\n$4\r\nINFO\r\n$3\r\nal', undefined],
    ['PING\r\nrest', { command: ['PING'], end: 6 }],
    ['', undefined],
  ])('%j', (text, found) => {
    expect(commandIn(text)).toEqual(found);
  });
});

describe('a tap', () => {
  let redis: RedisProcess | undefined;
  let tap: Tap | undefined;
  afterEach(async () => {
    await tap?.close();
    await redis?.stop();
  });

  const between = async (tapped: Tapped) => {
    redis = await startRedis();
    tap = await startTap(redis.port, tapped);
    return Connection.open(tap.port);
  };

  it('holds a command until it is let through', async () => {
    const { promise: verdict, resolve } = Promise.withResolvers<'pass'>();
    const client = await between(([name]) => (name === 'SET' ? verdict : 'pass'));
    const answered = client.call('SET', 'key', 'value');
    const direct = await Connection.open((redis as RedisProcess).port);

    expect(await direct.call('GET', 'key')).toBeNull();
    resolve('pass');
    expect(await answered).toBe('OK');
    direct.close();
  });

  it('breaks the connection instead of a command that is lost', async () => {
    const client = await between(([name]) => (name === 'SET' ? 'lose' : 'pass'));

    await expect(client.call('SET', 'key', 'value')).rejects.toThrow('closed');
    const direct = await Connection.open((redis as RedisProcess).port);
    expect(await direct.call('EXISTS', 'key')).toBe(0);
    direct.close();
  });

  it('lets through what a client sent before it died', async () => {
    const { promise: verdict, resolve } = Promise.withResolvers<'pass'>();
    const { promise: heard, resolve: hear } = Promise.withResolvers<void>();
    const client = await between(() => {
      hear();
      return verdict;
    });
    client.call('SET', 'key', 'value').catch(() => undefined);
    await heard;
    client.close();
    resolve('pass');
    const direct = await Connection.open((redis as RedisProcess).port);

    await expect.poll(() => direct.call('GET', 'key')).toBe('value');
    direct.close();
  });
});
