import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { bundleFunctions } from '../../../local/lambda/bundle.ts';
import { scratchDirectory } from '../../../local/lambda/scratch.ts';
import type { FunctionModel } from '../../../local/template/model.ts';
import { fixtureModel } from '../fixture/fixture.ts';

let folder: string;
let cache: string;
let functions: FunctionModel[];

/** A function of the fixture whose source lies where a test may change it. */
const greeting = (says: string): void => {
  writeFileSync(join(folder, 'words.ts'), `export const words: string = '${says}';`);
  writeFileSync(join(folder, 'echo.ts'), "import { words } from './words.ts';\nexport const handler = () => words;");
};
const bundled = async () => {
  const bundles = await bundleFunctions(functions, cache);
  const module = bundles.modules.EchoFunction as string;
  return { ...bundles, module, text: readFileSync(module, 'utf8') };
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cache = join(folder, 'cache');
  const echo = fixtureModel().functions.find(({ logicalId }) => logicalId === 'EchoFunction') as FunctionModel;
  functions = [{ ...echo, build: { ...echo.build, entryPoints: [join(folder, 'echo.ts')] } }];
  greeting('hello');
});

describe('bundles', () => {
  it('are taken from the cache while nothing has changed', async () => {
    const first = await bundled();
    const second = await bundled();
    await first.remove();

    expect(second).toMatchObject({ modules: first.modules, workerPath: first.workerPath });
    expect(existsSync(second.module)).toBe(true);
  });

  it('are made anew when a file has changed that an entry imports, even in the same length', async () => {
    const first = await bundled();
    greeting('howdy');
    const second = await bundled();

    expect([first.text, second.text]).toEqual([expect.stringContaining('hello'), expect.stringContaining('howdy')]);
    expect(existsSync(first.module)).toBe(true);
  });

  it('are made anew when they are to be built in another way', async () => {
    const [echo] = functions as [FunctionModel];
    const first = await bundled();
    functions = [{ ...echo, build: { ...echo.build, minify: !echo.build.minify } }];
    const second = await bundled();

    expect(second.module).not.toBe(first.module);
  });

  it('are made anew when somebody has emptied the cache', async () => {
    rmSync(dirname((await bundled()).workerPath), { recursive: true });

    expect((await bundled()).text).toContain('hello');
  });

  it('that cannot be built are kept by nobody', async () => {
    writeFileSync(join(folder, 'echo.ts'), 'import "./nowhere.ts";');
    await expect(bundled()).rejects.toThrow('nowhere.ts');

    expect(readdirSync(cache)).toEqual([]);
  });

  it('are asked for by several at once', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, bundled));

    expect(all.every(({ text }) => text.includes('hello'))).toBe(true);
    expect(all.map(({ module }) => module)).toContain((await bundled()).module);
  });

  it('are made for one caller alone where nothing can be kept', async () => {
    writeFileSync(cache, 'a file where the folder should be');
    const { module, text, remove } = await bundled();
    expect(text).toContain('hello');

    await remove();

    expect(existsSync(module)).toBe(false);
  });
});

it('a scratch directory is cleared away by the next one, once its owner is dead', async () => {
  const path = fileURLToPath(new URL('../../../local/lambda/scratch.ts', import.meta.url));
  const script = `import { scratchDirectory } from ${JSON.stringify(path)}; console.log(await scratchDirectory()); setInterval(() => undefined, 1e6);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [printed] = await once(child.stdout, 'data');
  const left = String(printed).trim();
  const next = async () => rmSync(await scratchDirectory(), { recursive: true });

  await next();
  expect(existsSync(left)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await next();

  expect(existsSync(left)).toBe(false);
});
