// Bundles the command line, by any Node that npm may run: hence no TypeScript here. Run by `prepare`, so that a checkout has the
// command after `npm ci`, and a package when it is packed.
import { chmod, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Tests build into a folder of their own. */
const [given] = process.argv.slice(2);
const outdir = given ?? fileURLToPath(new URL('dist', import.meta.url));

/** @type {typeof import('esbuild')} */
let esbuild;
try {
  esbuild = await import('esbuild');
} catch {
  // An installation without development dependencies deploys or runs something else.
  console.warn('elasticache-migrator: esbuild is not installed, so the command line is not built');
  process.exit(0);
}

await rm(outdir, { recursive: true, force: true });
const { errors } = await esbuild.build({
  absWorkingDir: root,
  entryPoints: { main: 'cli/main.ts' },
  outdir,
  bundle: true,
  // What a command does not need it does not load: the SDK above all.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'external',
  logLevel: 'warning',
  banner: {
    js: "#!/usr/bin/env node\nimport{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
});
if (errors.length > 0) process.exit(1);
await chmod(`${outdir}/main.js`, 0o755);

if (given) process.exit(0);
const { name, bin } = JSON.parse(await readFile(`${root}package.json`, 'utf8'));
// npx takes it from there, and does not have to install the checkout into its own folder first.
const link = `${root}node_modules/.bin/${name}`;
await mkdir(`${root}node_modules/.bin`, { recursive: true });
await rm(link, { force: true });
await symlink(`../../${bin[name]}`, link).catch(() => undefined);
