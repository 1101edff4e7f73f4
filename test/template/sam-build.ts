import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Bundles, bundleFunctions } from '../../local/lambda/bundle.ts';
import type { FunctionModel } from '../../local/template/model.ts';

/** What the SAM CLI's `sam build` itself has left in its directory: a folder for each function. */
export const builtBySam = async (directory: string, functions: readonly FunctionModel[]): Promise<Bundles> => {
  const worker = await bundleFunctions([]);
  const modules = functions.map(({ logicalId, handler, build: { outExtension } }) => [
    logicalId,
    join(directory, logicalId, `${handler.split('.')[0]}${outExtension['.js']}`),
  ]);
  return { modules: Object.fromEntries(modules), workerPath: worker.workerPath, remove: () => worker.remove() };
};

/**
 * Bundles each function by itself with nothing but its own Metadata, as `sam build` does. The embedded AWS shares code
 * between functions; what is deployed does not.
 */
export const samBuild = async (functions: readonly FunctionModel[]): Promise<Bundles> => {
  const worker = await bundleFunctions([]);
  const directory = await mkdtemp(join(tmpdir(), 'sam-build-'));
  const modules: Record<string, string> = {};
  const groups = new Map<string, { options: Omit<FunctionModel['build'], 'entryPoints'>; entryPoints: string[] }>();
  for (const { logicalId, handler, build: model } of functions) {
    const { entryPoints, ...options } = model;
    const key = JSON.stringify(options);
    const group = groups.get(key) ?? { options, entryPoints: [] };
    group.entryPoints.push(...entryPoints);
    groups.set(key, group);
    const [module] = handler.split('.');
    modules[logicalId] = join(directory, `${module}${options.outExtension['.js']}`);
  }
  // One call for all functions of the same options: without splitting, each bundle is the same as alone.
  await Promise.all(
    [...groups.values()].map(({ options, entryPoints }) =>
      build({
        ...options,
        entryPoints,
        entryNames: '[name]',
        bundle: true,
        platform: 'node',
        outdir: directory,
        logLevel: 'silent',
      }),
    ),
  );
  return {
    modules,
    workerPath: worker.workerPath,
    remove: async () => {
      await Promise.all([worker.remove(), rm(directory, { recursive: true, force: true })]);
    },
  };
};
