import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { connectControl, isErrorReply, RedisUnreachableError } from '../../../local/redis/control.ts';
import { RedisStartError } from '../../../local/redis/errors.ts';
import { PortTakenError, type RedisProcess } from '../../../local/redis/process.ts';
import { type StartRedisOptions, startRedis } from '../../../local/redis/server.ts';

const started: RedisProcess[] = [];

const start = async (options?: StartRedisOptions): Promise<RedisProcess> => {
  const redis = await startRedis(options);
  started.push(redis);
  return redis;
};

afterEach(async () => {
  await Promise.all(started.splice(0).map((redis) => redis.stop()));
});

const ask = async (redis: RedisProcess, ...command: string[]): Promise<unknown> => {
  const control = await connectControl(redis);
  try {
    return await control.command(...command);
  } finally {
    control.close();
  }
};

describe('startRedis', () => {
  it('answers as soon as it resolves, keeps nothing on disk and listens on loopback alone', async () => {
    const redis = await start();

    expect(await ask(redis, 'PING')).toBe('PONG');
    expect(await ask(redis, 'CONFIG', 'GET', 'save')).toEqual(['save', '']);
    expect(await ask(redis, 'CONFIG', 'GET', 'bind')).toEqual(['bind', '127.0.0.1']);
    expect(await ask(redis, 'CONFIG', 'GET', 'repl-diskless-sync-delay')).toEqual(['repl-diskless-sync-delay', '0']);
  });

  it('takes configuration and ACL lines', async () => {
    const redis = await start({ config: { databases: '3' }, acl: ['default on nopass ~* &* +@all -flushall'] });

    expect(await ask(redis, 'CONFIG', 'GET', 'databases')).toEqual(['databases', '3']);
    await expect(ask(redis, 'FLUSHALL')).rejects.toThrow(/NOPERM/);
  });

  it('starts in cluster mode, whose bus listens 10000 ports higher', async () => {
    const redis = await start({ config: { 'cluster-enabled': 'yes' } });

    expect(String(await ask(redis, 'CLUSTER', 'INFO'))).toContain('cluster_state');
  });

  it('removes its folder when it is stopped, and when it is killed', async () => {
    const [stopped, killed] = await Promise.all([start(), start()]);
    expect(existsSync(stopped.folder)).toBe(true);

    await stopped.stop();
    killed.kill();

    expect(await killed.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect([existsSync(stopped.folder), existsSync(killed.folder)]).toEqual([false, false]);
  });

  it('starts again with the configuration that it left in a folder which is kept', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'elasticache-migrator-kept-'));
    const first = await startRedis({ folder, config: { hz: '7' } });
    await ask(first, 'CONFIG', 'SET', 'hz', '9');
    await ask(first, 'CONFIG', 'REWRITE');
    await first.stop();
    const second = await startRedis({ folder, port: first.port });
    const hz = await ask(second, 'CONFIG', 'GET', 'hz');
    await second.stop();
    await rm(folder, { recursive: true });

    expect(hz).toEqual(['hz', '9']);
  });

  it('gives every one of many a port of its own', async () => {
    const many = await Promise.all(Array.from({ length: 24 }, () => start()));

    expect(new Set(many.map((redis) => redis.port)).size).toBe(24);
  });

  it('says what the server logged when it does not start', async () => {
    const failure = await startRedis({ config: { nonsense: 'yes' } }).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(RedisStartError);
    expect((failure as Error).message).toContain('nonsense yes');
  });

  it('refuses a port that is taken when it was asked for that one', async () => {
    const { server, port } = await listen();
    try {
      await expect(startRedis({ port })).rejects.toThrow(PortTakenError);
    } finally {
      server.close();
    }
  });

  it('refuses the settings by which it knows that a server is ready', async () => {
    await expect(startRedis({ config: { logfile: '/tmp/log' } })).rejects.toThrow(/logfile/);
  });
});

describe('connectControl', () => {
  it('tells an error reply from a server that is not there', async () => {
    const redis = await start();

    const reply = await ask(redis, 'NONSENSE').catch((error: unknown) => error);
    await redis.stop();
    const gone = await connectControl(redis).catch((error: unknown) => error);

    expect(isErrorReply(reply)).toBe(true);
    expect(gone).toBeInstanceOf(RedisUnreachableError);
  });

  it('gives up on a server that hangs', async () => {
    const redis = await start();
    const control = await connectControl(redis, 100);
    redis.kill('SIGSTOP');

    await expect(control.command('PING')).rejects.toThrow(RedisUnreachableError);
    expect(control.open).toBe(false);
  });
});

const listen = (): Promise<{ server: Server; port: number }> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => resolve({ server, port: (server.address() as { port: number }).port }));
  });
