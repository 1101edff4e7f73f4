import { rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, version } from 'esbuild';
import { TemplateError } from '../template/errors.ts';
import type { FunctionModel } from '../template/model.ts';
import { BUNDLE_CACHE, canBeKept, fromCache } from './bundle-cache.ts';
import { scratchDirectory } from './scratch.ts';

export interface Bundles {
  /** The absolute path of each function's module, by logical id. */
  modules: Record<string, string>;
  /** The compiled process entry. Compiled once: stripping types anew in each process would cost it tens of milliseconds. */
  workerPath: string;
  remove(): Promise<void>;
}

const WORKER_SOURCE = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** esbuild's own name for what becomes of an entry point. */
const outputOf = ({ logicalId, handler, build: { entryPoints, outExtension } }: FunctionModel) => {
  const module = handler.slice(0, handler.lastIndexOf('.'));
  const entry = entryPoints.find((path) => basename(path, extname(path)) === basename(module));
  if (entry === undefined || entryPoints.length !== 1) {
    throw new TemplateError(`${logicalId}: Handler ${handler} is not what its one entry point becomes`);
  }
  return { entry, out: `${logicalId}/${module}`, extension: outExtension['.js'] ?? '.js' };
};

const optionsOf = ({ build: model }: FunctionModel): BuildOptions => ({
  format: model.format,
  outExtension: model.outExtension,
  target: model.target,
  mainFields: model.mainFields,
  minify: model.minify,
  sourcemap: model.sourcemap,
  // Traces need the names and lines of sources, not their text, which makes up most of a map.
  sourcesContent: false,
  // What functions share is bundled once for all of them: the same code in half of the time.
  splitting: model.format === 'esm',
  keepNames: model.keepNames,
  external: model.external,
  banner: model.banner,
});

const WORKER: BuildOptions & { entryPoints: { in: string; out: string }[] } = {
  entryPoints: [{ in: WORKER_SOURCE, out: 'worker' }],
  format: 'esm',
  outExtension: { '.js': '.mjs' },
};

/**
 * Bundles functions as `sam build` does, by esbuild with the options of the template's Metadata. Functions with the same
 * options are bundled in one go, and what was bundled before from the same files is taken from a cache.
 * @param cache where that is; if nothing can be kept there, the bundles are made for this one caller, and `remove` removes them
 * @throws esbuild's BuildFailure with every error in it
 */
export const bundleFunctions = async (
  functions: readonly FunctionModel[],
  cache: string = BUNDLE_CACHE,
): Promise<Bundles> => {
  const outputs: Record<string, string> = {};
  const groups = new Map<string, BuildOptions & { entryPoints: { in: string; out: string }[] }>();
  for (const one of functions) {
    const { entry, out, extension } = outputOf(one);
    const options = optionsOf(one);
    const key = JSON.stringify(options);
    const group = groups.get(key) ?? { ...options, entryPoints: [] };
    groups.set(key, group);
    group.entryPoints.push({ in: entry, out });
    outputs[one.logicalId] = `${out}${extension}`;
  }
  const parts = [WORKER, ...groups.values()];
  const bundlesIn = (folder: string, remove: Bundles['remove']): Bundles => ({
    modules: Object.fromEntries(Object.entries(outputs).map(([id, output]) => [id, join(folder, output)])),
    workerPath: join(folder, 'worker.mjs'),
    remove,
  });

  if (await canBeKept(cache)) {
    const folder = await fromCache(cache, JSON.stringify({ version, parts }), (outdir) => buildAll(parts, outdir));
    return bundlesIn(folder, async () => undefined);
  }
  const directory = await scratchDirectory();
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    await buildAll(parts, directory);
    return bundlesIn(directory, remove);
  } catch (error) {
    await remove();
    throw error;
  }
};

/** @returns every file that went in */
const buildAll = async (parts: readonly BuildOptions[], outdir: string): Promise<string[]> => {
  const common = { bundle: true, platform: 'node', logLevel: 'silent', metafile: true, outdir } as const;
  const building = parts.map((part) => build({ ...common, ...part }));
  // Where one fails the others still write: whoever removes the folder then would find it there again.
  await Promise.allSettled(building);
  const built = await Promise.all(building);
  return [...new Set(built.flatMap(({ metafile }) => Object.keys((metafile as Metafile).inputs)))];
};
