import { rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { TemplateError } from '../template/errors.ts';
import type { FunctionModel } from '../template/model.ts';
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

/**
 * Bundles functions as `sam build` does, by esbuild with the options of the template's Metadata. Functions with the same
 * options are bundled in one go.
 * @throws esbuild's BuildFailure with every error in it
 */
export const bundleFunctions = async (functions: readonly FunctionModel[]): Promise<Bundles> => {
  const directory = await scratchDirectory();
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    const modules: Record<string, string> = {};
    const groups = new Map<string, { options: BuildOptions; entryPoints: { in: string; out: string }[] }>();
    for (const one of functions) {
      const { entry, out, extension } = outputOf(one);
      const options = optionsOf(one);
      const key = JSON.stringify(options);
      const group = groups.get(key) ?? { options, entryPoints: [] };
      groups.set(key, group);
      group.entryPoints.push({ in: entry, out });
      modules[one.logicalId] = join(directory, `${out}${extension}`);
    }
    const common = { bundle: true, platform: 'node', outdir: directory, logLevel: 'silent' } as const;
    const worker = {
      entryPoints: [{ in: WORKER_SOURCE, out: 'worker' }],
      format: 'esm',
      outExtension: { '.js': '.mjs' },
    } as const;
    await Promise.all([
      build({ ...common, ...worker, entryPoints: [...worker.entryPoints] }),
      ...[...groups.values()].map(({ options, entryPoints }) => build({ ...common, ...options, entryPoints })),
    ]);
    return { modules, workerPath: join(directory, 'worker.mjs'), remove };
  } catch (error) {
    await remove();
    throw error;
  }
};
