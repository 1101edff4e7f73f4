import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Asset, type Assets, toAsset } from './server/assets.ts';

const UI = fileURLToPath(new URL('./ui/', import.meta.url));
const PUBLIC = '/console/assets/';

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const urlOf = (path: string): string => PUBLIC + nameOf(path);

/**
 * Bundles console/ui into memory: nothing is written, so nothing can be stale. Takes a fraction of a second.
 * @throws esbuild's BuildFailure with every error in it
 */
export const buildConsole = async (): Promise<Assets> => {
  const { outputFiles, metafile } = await build({
    absWorkingDir: UI,
    entryPoints: ['main.tsx'],
    outdir: 'out',
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    format: 'esm',
    // What a page imports lazily is a file of its own.
    splitting: true,
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    publicPath: PUBLIC,
    loader: { '.svg': 'file' },
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  const files = new Map<string, Asset>();
  for (const { path, contents } of outputFiles) files.set(nameOf(path), toAsset(path, contents));
  const [script, { cssBundle = '' } = {}] =
    Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === 'main.tsx') ?? [];
  const html = await readFile(`${UI}index.html`, 'utf8');
  const page = html.replace('%STYLE%', urlOf(cssBundle)).replace('%SCRIPT%', urlOf(script ?? ''));
  return { page: toAsset('index.html', Buffer.from(page)), files };
};
