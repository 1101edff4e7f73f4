import { access, constants } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { cachedTree, fetchDebianServer, libraryPath } from './cache.ts';
import { RedisServerNotFoundError, RedisServerUnusableError } from './errors.ts';
import { probeServer, type RedisServer } from './probe.ts';

const found = new Map<string, Promise<RedisServer>>();

/**
 * Finds a server that can be run, in this order: `REDIS_SERVER_BIN`, `redis-server` and then `valkey-server` on PATH, the cache
 * below the user's home, and on Debian and Ubuntu a download into that cache. Each candidate is probed by `--version`.
 * The answer is remembered for the life of this Node process.
 * @throws {RedisServerUnusableError} `REDIS_SERVER_BIN` is set but does not work.
 * @throws {RedisServerNotFoundError} There is none, with the install command of each system.
 */
export const findRedisServer = (env: NodeJS.ProcessEnv = process.env): Promise<RedisServer> => {
  const key = [env.REDIS_SERVER_BIN, env.PATH, env.XDG_CACHE_HOME, env.HOME].join('\n');
  let search = found.get(key);
  if (search === undefined) {
    search = look(env);
    found.set(key, search);
    // A failed search is not remembered: the user may install one and try again.
    search.catch(() => found.delete(key));
  }
  return search;
};

const look = async (env: NodeJS.ProcessEnv): Promise<RedisServer> => {
  if (env.REDIS_SERVER_BIN !== undefined && env.REDIS_SERVER_BIN !== '') return named(env.REDIS_SERVER_BIN);
  const tried: string[] = [];
  for (const path of onPath(env.PATH ?? '')) {
    if (!(await isExecutable(path))) continue;
    const server = await use(path).catch((reason: Error) => reason);
    if (!(server instanceof Error)) return server;
    tried.push(server.message);
  }
  tried.push('redis-server and valkey-server on PATH');
  return fromCache(env, tried);
};

const named = async (path: string): Promise<RedisServer> => {
  try {
    return await use(path);
  } catch (cause) {
    throw new RedisServerUnusableError((cause as Error).message, { cause });
  }
};

const fromCache = async (env: NodeJS.ProcessEnv, tried: string[]): Promise<RedisServer> => {
  const tree = cachedTree(env);
  const cached = await useTree(tree).catch((reason: Error) => reason);
  if (!(cached instanceof Error)) return cached;
  tried.push(`the cache ${tree}`);
  try {
    await fetchDebianServer(env, (folder) =>
      useTree(folder).then(
        () => true,
        () => false,
      ),
    );
    return await useTree(tree);
  } catch (cause) {
    tried.push(`apt-get download: ${(cause as Error).message.trim()}`);
    throw new RedisServerNotFoundError(tried, { cause });
  }
};

const use = async (path: string, libraries: Record<string, string> = {}): Promise<RedisServer> => {
  const server: RedisServer = { path, ...(await probeServer(path, libraries)), env: libraries };
  if (!isAbsolute(path)) return server;
  const cli = join(dirname(path), `${server.flavour}-cli`);
  return (await isExecutable(cli)) ? { ...server, cli } : server;
};

const useTree = async (tree: string): Promise<RedisServer> =>
  use(join(tree, 'usr', 'bin', 'redis-server'), { LD_LIBRARY_PATH: await libraryPath(tree) });

const onPath = (path: string): string[] =>
  ['redis-server', 'valkey-server'].flatMap((name) =>
    path
      .split(delimiter)
      .filter((folder) => folder !== '')
      .map((folder) => join(folder, name)),
  );

const isExecutable = async (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
