import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../functions/verification/checkpoint.ts';
import { startRedis } from '../../local/redis/server.ts';
import { eventually } from '../e2e/lab.ts';
import { seedStill } from './support/data.ts';
import { FAULTS, keyFor, stillKeysFor } from './support/faults.ts';
import { connect, type Pair, startPair } from './support/pair.ts';
import { Random } from './support/random.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const start = (...args: string[]) => {
  const child = spawn(process.execPath, ['verify/main.ts', ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number, ...output })) };
};
const run = (...args: string[]) => start(...args).ended;

describe('npm run verify', () => {
  let pair: Pair;
  let urls: [string, string];
  let folder: string;

  beforeAll(async () => {
    pair = await startPair({
      source: { config: { 'enable-debug-command': 'yes' } },
      prepare: (source) => source.run('DEBUG', 'POPULATE', '20000', 'populated', '100'),
    });
    await seedStill(pair.onSource, new Random(1), stillKeysFor(1));
    await pair.detach();
    urls = [`redis://127.0.0.1:${pair.source.port}`, `redis://127.0.0.1:${pair.target.port}`];
    folder = await mkdtemp(join(tmpdir(), 'verify-'));
  });
  afterAll(async () => {
    await pair.stop();
    await rm(folder, { recursive: true });
  });

  it('says that two servers are the same, and exits with 0', async () => {
    const { code, stdout, stderr } = await run(...urls);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('SAME: every key is the same on both sides.');
    expect(stdout).toContain('keys of the source compared');
  });

  it('tells differences, for people and for programs, and exits with 1', async () => {
    const database = await connect(pair.target.port, 5);
    await database.run('SET', Buffer.of(0xff, 0x0a), 'only here');
    const people = await run(...urls);
    const program = await run(...urls, '--json');
    const other = await run(`${urls[0]}/4`, urls[1]);
    await database.run('FLUSHDB');
    database.close();

    expect([people.code, program.code, other.code]).toEqual([1, 1, 0]);
    expect(people.stdout).toContain('DIFFERENT: 1 key\n');
    expect(people.stdout).toContain('1 only on the target');
    expect(people.stdout).toContain('extra    db5 \\xff\\x0a [base64 /wo=]: nothing | string of 9');
    expect(JSON.parse(program.stdout)).toMatchObject({
      source: urls[0].slice(8),
      verdict: 'different',
      differences: [{ database: 5, key: '\\xff\\x0a', keyBase64: '/wo=', kind: 'extra' }],
    });
  });

  it('goes on from its checkpoint after an interruption, and comes to the same report', async () => {
    for (const fault of FAULTS.slice(0, 5)) await fault.plant(pair.onTarget, keyFor(fault, 0), new Random(2));
    const file = join(folder, 'checkpoint');
    const whole = await run(...urls, '--json');
    const first = start(...urls, '--json', '--checkpoint', file, '--rate', '20000');
    await eventually(async () => existsSync(file) && JSON.parse(await readFile(file, 'utf8')).counts.compared > 0);
    first.child.kill('SIGINT');
    const interrupted = await first.ended;
    const checkpoint = JSON.parse(await readFile(file, 'utf8')) as Checkpoint;
    const resumed = await run(...urls, '--json', '--checkpoint', file);
    const known = (text: string) => {
      const { counts, differences } = JSON.parse(text);
      return { counts, differences: differences.map((one: object) => JSON.stringify(one)).sort() };
    };

    expect(interrupted).toMatchObject({ code: 2, stdout: '' });
    expect(interrupted.stderr).toContain(`The same command goes on from ${file}`);
    expect(checkpoint.counts.compared).toBeGreaterThan(0);
    expect(resumed.code).toBe(1);
    expect(known(resumed.stdout)).toEqual(known(whole.stdout));
    expect(existsSync(file)).toBe(false);
  });

  it('names every problem of a request at once, and exits with 2', async () => {
    const { code, stderr } = await run('http://nowhere', '--rate', 'fast', '--colour', '--mode', 'half');

    expect(code).toBe(2);
    for (const problem of [
      'there is no option --colour',
      '--mode has to be full or sample: half',
      '--rate has to be a whole number of at least 1: fast',
      'two servers are compared, and 1 were named',
      'the source has to be redis://host:port',
      'the target has to be redis://host:port',
      'npm run verify -- redis://source:6379 redis://target:6379',
    ]) {
      expect(stderr).toContain(problem);
    }
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it('refuses a checkpoint of something else', async () => {
    const file = join(folder, 'other');
    await writeFile(file, 'not one');
    const { code, stderr } = await run(...urls, '--checkpoint', file);

    expect(code).toBe(2);
    expect(stderr).toContain(`${file} is no checkpoint of this command`);
  });

  it.each([
    ['{"version":1,"options":{"mode":"full","sampleKeys":10000}}', 'is no checkpoint of this command'],
    ['null', 'is no checkpoint of this command'],
  ])('refuses a checkpoint of a wrong shape: %s', async (text, problem) => {
    const file = join(folder, 'shape');
    await writeFile(file, text);
    const { code, stderr } = await run(...urls, '--checkpoint', file);

    expect(code).toBe(2);
    expect(stderr).toContain(`${file} ${problem}`);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it.each([
    ['while it works', 'globalThis.structuredClone = () => { throw new TypeError("broken") }'],
    ['while it begins', 'process.getBuiltinModule("node:util").parseArgs = () => { throw new TypeError("broken") }'],
  ])('exits with 2 when it crashes %s, with one line', async (_, code) => {
    const child = spawn(process.execPath, ['--import', `data:text/javascript,${code}`, 'verify/main.ts', ...urls], {
      cwd: ROOT,
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [exit] = await once(child, 'close');

    expect(exit).toBe(2);
    expect(stderr).toMatch(/^It could not tell: .+\n$/);
  });

  it('exits with 2 when nobody reads its report', async () => {
    const { child, ended } = start(...urls);
    child.stdout.destroy();

    expect((await ended).code).toBe(2);
  });

  it('says at the start that it cannot write its checkpoint', async () => {
    const file = join(folder, 'no such folder', 'checkpoint');
    const { code, stdout, stderr } = await run(...urls, '--checkpoint', file);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      expect.stringContaining(`the checkpoint ${file} cannot be written: ENOENT`),
      '',
    ]);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it('says that a password is not encoded, and does not show it', async () => {
    const { code, stderr } = await run('redis://u:p%ss@127.0.0.1:1', urls[1]);

    expect(code).toBe(2);
    expect(stderr).toContain("the source's user and password have to be percent-encoded");
    expect(stderr).not.toContain('p%ss');
  });

  it('could not tell, where a server asks for a password that was not given', async () => {
    const locked = await startRedis({ config: { requirepass: 'secret' } });
    const other = await startRedis({ config: { requirepass: 'secret' } });
    const without = await run(urls[0], `redis://127.0.0.1:${locked.port}`);
    const wrong = await run(urls[0], `redis://:wrong@127.0.0.1:${locked.port}`, '--json');
    const right = await run(
      `redis://:secret@127.0.0.1:${locked.port}`,
      `redis://default:secret@127.0.0.1:${other.port}`,
    );
    await Promise.all([locked.stop(), other.stop()]);

    expect([without.code, wrong.code, right.code]).toEqual([2, 2, 0]);
    expect(without.stderr).toContain('NOAUTH');
    expect(JSON.parse(wrong.stdout)).toMatchObject({ verdict: 'unknown', error: { code: 'verification-impossible' } });
    expect(wrong.stdout + wrong.stderr).not.toContain(':wrong@');
  });

  it('could not tell, where both are one and the same server', async () => {
    const { code, stderr } = await run(urls[0], urls[0]);

    expect(code).toBe(2);
    expect(stderr).toContain('the same server');
  });

  it('could not tell, where nobody answers', async () => {
    const gone = await startRedis();
    await gone.stop();
    const { code, stderr } = await run(urls[0], `redis://127.0.0.1:${gone.port}`);

    expect(code).toBe(2);
    expect(stderr).toContain(`127.0.0.1:${gone.port}`);
    expect(stderr).toContain('ECONNREFUSED');
  });

  it('explains itself', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Exit code: 0') });
  });
});
