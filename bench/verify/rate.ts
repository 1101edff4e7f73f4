import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { VerificationResult } from '../../functions/verification/result.ts';
import { seedBig } from '../../test/verification/support/data.ts';
import { type Client, type Pair, startPair } from '../../test/verification/support/pair.ts';
import { Random } from '../../test/verification/support/random.ts';
import { heading, report } from '../report.ts';
import { seedMixed } from './data.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SIZES = [100_000, 1_000_000, 5_000_000];
const COMPARED_AT = 1_000_000;
const BIG_ELEMENTS = 1_000_000;
const FACTOR = 2;
const MEMORY_MB = 256;
const LOOK_MS = 100;
const PIPELINE = 500;

/** Keys a second of the command as users run it, its memory, and the comparison that people write themselves. */
export const benchRate = async (): Promise<void> => {
  heading('Verification of mixed keys: full values, expiries, both directions');
  const rates: number[] = [];
  for (const keys of SIZES) {
    const pair = await startPair({ prepare: (source) => seedMixed(source, keys) });
    await pair.detach();
    try {
      const { seconds, residentMb, slowest } = await runCommand(pair);
      const rate = keys / seconds;
      rates.push(rate);
      const name = `${keys.toLocaleString('en-US')} keys`;
      report(name, `${seconds.toFixed(1)} s, ${thousands(rate)} keys/s; SLOWLOG above 10 ms: ${slowest}`);
      report('  resident memory at most', `${residentMb} MB`, {
        text: `${MEMORY_MB} MB`,
        kept: residentMb < MEMORY_MB,
      });
      if (keys === COMPARED_AT) await compare(pair, rate);
    } finally {
      await pair.stop();
    }
  }
  await benchBig();
  const [least, most] = [Math.min(...rates), Math.max(...rates)];
  report('the fastest of these rates to the slowest', `${(most / least).toFixed(2)} (1 is linear)`);
};

/** Whether values of many megabytes and collections of many elements hold a server up. */
const benchBig = async (): Promise<void> => {
  const pair = await startPair();
  try {
    await seedBig(pair.onSource, new Random(1), BIG_ELEMENTS);
    await pair.detach();
    const { seconds, slowest } = await runCommand(pair);
    const name = `big keys of every type, ${BIG_ELEMENTS.toLocaleString('en-US')} elements each`;
    const verdict = { text: '0', kept: slowest === 0 };
    report(`${name}: SLOWLOG above 10 ms`, `${slowest}, in ${seconds.toFixed(1)} s`, verdict);
  } finally {
    await pair.stop();
  }
};

const compare = async ({ onSource, onTarget }: Pair, rate: number): Promise<void> => {
  const begin = performance.now();
  const { keys, different } = await compareDumps(onSource, onTarget);
  const plain = (1000 * keys) / (performance.now() - begin);
  report(
    '  plain SCAN and a pipelined DUMP of each key',
    `${thousands(plain)} keys/s, ${different} of them wrongly different`,
  );
  const ratio = rate / plain;
  report('  ratio', ratio.toFixed(2), { text: String(FACTOR), word: 'at least', kept: ratio >= FACTOR });
};

/** What one would write in an afternoon: one direction, and no expiries. */
const compareDumps = async (source: Client, target: Client) => {
  let [cursor, keys, different] = ['0', 0, 0];
  do {
    const [next, names] = await source.run<[Buffer, Buffer[]]>('SCAN', cursor, 'COUNT', String(PIPELINE));
    const commands = names.map((name) => ['DUMP', name]);
    const [left, right] = await Promise.all([source.runAll(commands), target.runAll(commands)]);
    for (const [at, dump] of left.entries()) if (!(dump as Buffer)?.equals(right[at] as Buffer)) different++;
    cursor = String(next);
    keys += names.length;
  } while (cursor !== '0');
  return { keys, different };
};

const runCommand = async (pair: Pair) => {
  for (const client of [pair.onSource, pair.onTarget]) {
    await client.run('CONFIG', 'SET', 'slowlog-log-slower-than', '10000');
    await client.run('SLOWLOG', 'RESET');
  }
  const begin = performance.now();
  // As `npm run verify` starts it.
  const child = spawn(
    process.execPath,
    [
      'verify/main.ts',
      `redis://127.0.0.1:${pair.source.port}`,
      `redis://127.0.0.1:${pair.target.port}`,
      '--json',
      '--ignore-latency',
    ],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = once(child, 'close');
  let residentMb = 0;
  const watching = (async () => {
    while (child.exitCode === null) {
      residentMb = Math.max(residentMb, await residentMbOf(child.pid));
      await sleep(LOOK_MS);
    }
  })();
  await ended;
  const seconds = (performance.now() - begin) / 1000;
  await watching;
  const { verdict } = JSON.parse(output) as VerificationResult;
  if (verdict !== 'same') throw new Error(`Identical data were called ${verdict}`);
  const slow = await Promise.all(
    [pair.onSource, pair.onTarget].map((client) => client.run<unknown[]>('SLOWLOG', 'GET')),
  );
  return { seconds, residentMb: Math.round(residentMb), slowest: slow.flat().length };
};

/** The most that it ever had, as Linux tells it; 0 elsewhere, and once it has ended. */
const residentMbOf = async (pid = 0): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return (Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024) / 1e6;
};

const thousands = (rate: number): string => `${Math.round(rate / 1000)}k`;
