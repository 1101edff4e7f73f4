import { createHash, randomUUID } from 'node:crypto';
import {
  access,
  constants,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Where tools keep such things: `npm ci` empties it, so that what comes of other dependencies is never found there. */
export const BUNDLE_CACHE = join(ROOT, 'node_modules', '.cache', 'embedded-aws');
/** They say what an import leads to and how it is compiled, though no build lists them as its inputs. */
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json', 'node_modules/.package-lock.json'];
/** Whatever runs from a folder began after the folder was last found. */
const UNUSED_MS = 7 * 24 * 3_600_000;

/** What was built from a recipe: the stamp of each file that went in, and the folder of what came out. */
interface Entry {
  inputs: Record<string, string>;
  folder: string;
}

/** Builds into a folder. @returns the paths of all files that went in */
export type Build = (folder: string) => Promise<string[]>;

/** The time of the last change is the system's own, and nobody can set it back. A file that is not there has a stamp, too. */
const stampOf = async (path: string): Promise<string> => {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? 'missing' : `${found.ctimeMs} ${found.size}`;
};

const stampsOf = async (paths: readonly string[]): Promise<Record<string, string>> =>
  Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await stampOf(path)])));

const found = async (manifest: string): Promise<string | undefined> => {
  const text = await readFile(manifest, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { inputs, folder } = JSON.parse(text) as Entry;
  const now = await stampsOf(Object.keys(inputs));
  if (Object.keys(inputs).some((path) => inputs[path] !== now[path])) return undefined;
  const at = new Date();
  return utimes(folder, at, at).then(
    () => folder,
    () => undefined,
  );
};

/** Whether a cache can be written there: an installation may be read-only. */
export const canBeKept = (cache: string): Promise<boolean> =>
  mkdir(cache, { recursive: true })
    .then(() => access(cache, constants.W_OK))
    .then(
      () => true,
      () => false,
    );

/**
 * The folder of what `build` makes, from the cache where nothing that went into it has changed since. Several processes may
 * ask at once: each that finds nothing builds into a folder of its own, and the last one is found by those who come later.
 * Nobody may change or remove the folder.
 *
 * @param recipe everything besides the content of files that decides what is built
 */
export const fromCache = async (cache: string, recipe: string, build: Build): Promise<string> => {
  const manifest = join(cache, `${createHash('sha256').update(`${ROOT}\n${recipe}`).digest('hex')}.json`);
  const kept = await found(manifest);
  if (kept !== undefined) return kept;
  await removeUnused(cache);
  const folder = await mkdtemp(join(cache, 'built-'));
  const beganMs = Date.now();
  try {
    const paths = [...(await build(folder)), ...SETTINGS.map((name) => join(ROOT, name))].map((path) => resolve(path));
    const inputs = await stampsOf(paths);
    if (await isOlder(paths, beganMs)) await publish(manifest, { inputs, folder });
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
};

/** A file that was written during the build may have gone in as it was before. */
const isOlder = async (paths: readonly string[], thanMs: number): Promise<boolean> => {
  const times = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  return times.every((one) => one === undefined || one.ctimeMs < thanMs);
};

const publish = async (manifest: string, entry: Entry): Promise<void> => {
  const written = `${manifest}.${randomUUID()}`;
  await writeFile(written, JSON.stringify(entry));
  await rename(written, manifest);
};

const removeUnused = async (cache: string): Promise<void> => {
  const before = Date.now() - UNUSED_MS;
  for (const name of await readdir(cache)) {
    const path = join(cache, name);
    const last = await stat(path).catch(() => undefined);
    if (last !== undefined && last.mtimeMs < before) await rm(path, { recursive: true, force: true });
  }
};
