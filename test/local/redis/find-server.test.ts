import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisServerNotFoundError, RedisServerUnusableError } from '../../../local/redis/errors.ts';
import { findRedisServer } from '../../../local/redis/find-server.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'find-server-'));
});

afterEach(() => rm(home, { recursive: true, force: true }));

/** A program that answers --version with a line, as the real servers do. */
const program = async (folder: string, name: string, line: string): Promise<string> => {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\necho '${line}'\n`, { mode: 0o755 });
  return path;
};

const REDIS = 'Redis server v=7.2.4 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1';
const VALKEY = 'Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1';

describe('findRedisServer', () => {
  it('takes REDIS_SERVER_BIN before everything else', async () => {
    const named = await program(join(home, 'named'), 'my-redis', VALKEY);
    await program(join(home, 'bin'), 'redis-server', REDIS);

    const server = await findRedisServer({ REDIS_SERVER_BIN: named, PATH: join(home, 'bin'), HOME: home });

    expect(server).toEqual({ path: named, flavour: 'valkey', version: '8.1.1', env: {} });
  });

  it.each([
    ['does not exist', async () => join(home, 'nowhere')],
    ['is no Redis', () => program(home, 'cat', 'cat (GNU coreutils) 9.1')],
    ['is too old', () => program(home, 'old', 'Redis server v=6.0.16 sha=0 malloc=jemalloc bits=64 build=1')],
  ])('refuses a REDIS_SERVER_BIN that %s, though PATH has a good one', async (_, make) => {
    await program(join(home, 'bin'), 'redis-server', REDIS);

    const search = findRedisServer({ REDIS_SERVER_BIN: await make(), PATH: join(home, 'bin'), HOME: home });

    await expect(search).rejects.toThrow(RedisServerUnusableError);
  });

  it('prefers redis-server to valkey-server anywhere on PATH, and names the client beside it', async () => {
    await program(join(home, 'a'), 'valkey-server', VALKEY);
    const path = await program(join(home, 'b'), 'redis-server', REDIS);
    const cli = await program(join(home, 'b'), 'redis-cli', '');

    const server = await findRedisServer({ PATH: `${join(home, 'a')}:${join(home, 'b')}`, HOME: home });

    expect(server).toEqual({ path, flavour: 'redis', version: '7.2.4', cli, env: {} });
  });

  it('passes over a redis-server on PATH that is too old', async () => {
    await program(join(home, 'a'), 'redis-server', 'Redis server v=6.2.14 sha=0 malloc=libc bits=64 build=1');
    const path = await program(join(home, 'a'), 'valkey-server', VALKEY);

    expect(await findRedisServer({ PATH: join(home, 'a'), HOME: home })).toMatchObject({ path, version: '8.1.1' });
  });

  it('ignores a relative XDG_CACHE_HOME and looks below the home folder', async () => {
    const tree = join(home, '.cache', 'elasticache-migrator', `redis-${process.arch}`);
    await mkdir(join(tree, 'usr', 'lib', 'x86_64-linux-gnu'), { recursive: true });
    const path = await program(join(tree, 'usr', 'bin'), 'redis-server', REDIS);

    const server = await findRedisServer({ PATH: '', HOME: home, XDG_CACHE_HOME: 'relative' });

    expect(server.path).toBe(path);
    expect(server.env).toEqual({ LD_LIBRARY_PATH: join(tree, 'usr', 'lib', 'x86_64-linux-gnu') });
  });

  it('says what it tried and how to install one on each system when there is none', async () => {
    // A cache that cannot be written stands for a system without apt, and keeps the test off the network.
    await writeFile(join(home, 'file'), '');

    const failure = await findRedisServer({ PATH: '', HOME: join(home, 'file') }).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(RedisServerNotFoundError);
    for (const hint of ['apt-get install', 'dnf install', 'apk add', 'brew install', 'REDIS_SERVER_BIN']) {
      expect((failure as Error).message).toContain(hint);
    }
  });

  it('leaves one whole cache when several fetch at once', async (context) => {
    const env = (n: number) => ({ PATH: `/empty-${n}`, HOME: home });

    const results = await Promise.allSettled([1, 2, 3].map((n) => findRedisServer(env(n))));
    // Other systems have no apt-get, and a machine without a network cannot fetch.
    if (results.some((result) => result.status === 'rejected')) return context.skip();

    expect(await readdir(join(home, '.cache', 'elasticache-migrator'))).toEqual([`redis-${process.arch}`]);
    expect(await findRedisServer(env(4))).toMatchObject({ flavour: 'redis' });
  });
});
