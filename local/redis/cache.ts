import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The server, its shared object's home (redis-tools holds the binary, redis-server only a link), and what Debian's base system lacks. */
const PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1'];
const APT_TIMEOUT_MS = 120_000;
const run = promisify(execFile);

/** `$XDG_CACHE_HOME/elasticache-migrator`, else `~/.cache/elasticache-migrator`. */
export const cacheFolder = (env: NodeJS.ProcessEnv): string =>
  // The XDG Base Directory Specification: a relative path is to be ignored.
  join(
    env.XDG_CACHE_HOME?.startsWith('/') ? env.XDG_CACHE_HOME : join(env.HOME ?? homedir(), '.cache'),
    'elasticache-migrator',
  );

/** The tree of a fetched server, laid out as in the Debian packages: `usr/bin`, `usr/lib/<triplet>`. */
export const cachedTree = (env: NodeJS.ProcessEnv): string => join(cacheFolder(env), `redis-${process.arch}`);

/** Where a cached server's libraries are: Debian's multiarch folders below `usr/lib`. */
export const libraryPath = async (tree: string): Promise<string> => {
  const lib = join(tree, 'usr', 'lib');
  const folders = await readdir(lib, { withFileTypes: true });
  return folders
    .filter((entry) => entry.isDirectory() && entry.name.includes('-linux-'))
    .map((entry) => join(lib, entry.name))
    .join(':');
};

/**
 * Downloads Debian's (or Ubuntu's) packages and unpacks them into the cache; needs no root as long as apt has its lists.
 * Several processes may do this at once: each unpacks into a folder of its own and the first rename wins.
 * @param works tells whether a tree holds a server that runs; a tree in the cache that does not is replaced.
 * @throws whatever apt-get or dpkg said.
 */
export const fetchDebianServer = async (
  env: NodeJS.ProcessEnv,
  works: (tree: string) => Promise<boolean>,
): Promise<void> => {
  const workshop = join(cacheFolder(env), `fetching-${process.pid}-${randomUUID()}`);
  const debs = join(workshop, 'debs');
  const tree = join(workshop, 'tree');
  await mkdir(debs, { recursive: true });
  try {
    await download(debs);
    for (const deb of await readdir(debs)) {
      if (deb.endsWith('.deb')) await run('dpkg', ['-x', join(debs, deb), tree]);
    }
    await publish(tree, cachedTree(env), join(workshop, 'replaced'), works);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
};

const download = async (folder: string): Promise<void> => {
  const apt = () => run('apt-get', ['download', '-qq', ...PACKAGES], { cwd: folder, timeout: APT_TIMEOUT_MS });
  try {
    await apt();
  } catch (failure) {
    // Empty or outdated lists are the usual reason, and only root can renew them.
    if (process.getuid?.() !== 0) throw failure;
    await run('apt-get', ['update', '-qq'], { timeout: APT_TIMEOUT_MS });
    await apt();
  }
};

const publish = async (
  tree: string,
  target: string,
  replaced: string,
  works: (tree: string) => Promise<boolean>,
): Promise<void> => {
  try {
    await rename(tree, target);
  } catch (failure) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((failure as NodeJS.ErrnoException).code ?? '')) throw failure;
    // Somebody else was faster, which is as good as ours, or what is there does not run (the system's libraries changed).
    if (await works(target)) return;
    await rename(target, replaced);
    await rename(tree, target);
  }
};
