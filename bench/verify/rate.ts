import type { VerificationResult } from '../../functions/verification/result.ts';
import { type Pair, startPair } from '../../test/verification/support/pair.ts';
import { newSeed } from '../../test/verification/support/random.ts';
import { heading, report } from '../report.ts';
import { type Ran, runProgram, runVerify } from './command.ts';
import { seedMixed } from './data.ts';
import { COMPARED_UP_TO, SIZES } from './settings.ts';
import { slowOf, watchSlow } from './slowlog.ts';

const FACTOR = 2;
const MEMORY_MB = 256;
/** Of what one more key costs, between the larger sizes and between the smaller ones. */
const LINEAR = 1.5;
const RATIO_FROM = 1_000_000;

interface Point {
  keys: number;
  /** Of the processor, on both servers too: what others do on the machine hardly changes it. */
  cpuSeconds: number;
}

/** Keys a second of the command as users run it, its memory, and the comparison that people write themselves. */
export const benchRate = async (): Promise<void> => {
  const seed = newSeed();
  heading(`Mixed keys, 60 % strings: full values, expiries, both directions (seed ${seed})`);
  const points: Point[] = [];
  for (const keys of SIZES) {
    const pair = await startPair({ prepare: (source) => seedMixed(source, keys, seed) });
    try {
      await pair.detach();
      points.push({ keys, cpuSeconds: await measure(pair, keys) });
    } finally {
      await pair.stop();
    }
  }
  const costs = points.slice(1).map((point, at) => costOf(points[at] as Point, point));
  for (const [at, cost] of costs.entries()) {
    const [from, to] = [points[at] as Point, points[at + 1] as Point];
    report(
      `one more key, from ${text(from.keys)} to ${text(to.keys)} keys`,
      `${(1e6 * cost).toFixed(1)} µs of processor time`,
    );
  }
  if (costs.length < 2) return;
  const growth = (costs.at(-1) as number) / (costs[0] as number);
  report('what one more key costs, at the most keys to the fewest', growth.toFixed(2), {
    text: String(LINEAR),
    kept: growth <= LINEAR,
  });
};

const costOf = (from: Point, to: Point): number => (to.cpuSeconds - from.cpuSeconds) / (to.keys - from.keys);

/** Processor time of one verification, in seconds. Where it is compared, before and after the other: the machine may not stay as it is. */
const measure = async (pair: Pair, keys: number): Promise<number> => {
  for (const client of [pair.onSource, pair.onTarget]) await watchSlow(client);
  const first = await verify(pair);
  const slow = await Promise.all([pair.onSource, pair.onTarget].map(slowOf));
  report(`${text(keys)} keys`, `${first.seconds.toFixed(1)} s, ${thousands(keys / first.seconds)} keys/s`);
  report('  peak resident memory of its process', `${first.residentMb} MB`, {
    text: `${MEMORY_MB} MB`,
    kept: first.residentMb < MEMORY_MB,
  });
  report('  processor time of it and both servers', `${micros(first.cpuSeconds, keys)} a key`);
  report('  commands above 10 ms (source, target)', slow.map(({ count, worst }) => `${count} (${worst})`).join(', '));
  if (keys > COMPARED_UP_TO) return first.cpuSeconds;
  const full = await plain(pair);
  const second = await verify(pair);
  const values = await plain(pair, 'values');
  const seconds = (first.seconds + second.seconds) / 2;
  const cpuSeconds = (first.cpuSeconds + second.cpuSeconds) / 2;
  report('  once more, after the comparison below', `${thousands(keys / second.seconds)} keys/s`);
  report('  SCAN and pipelined DUMP and PTTL, both directions', tellPlain(keys, full));
  const ratio = full.seconds / seconds;
  // The start of a process, a second, weighs too much below that.
  const bound = { text: String(FACTOR), word: 'at least', kept: ratio >= FACTOR } as const;
  report('  ratio', ratio.toFixed(2), keys >= RATIO_FROM ? bound : undefined);
  report(
    '  the same of processor time, which others do not touch',
    `${(full.cpuSeconds / cpuSeconds).toFixed(2)} (${micros(cpuSeconds, keys)} against ${micros(full.cpuSeconds, keys)} a key)`,
  );
  report('  DUMP alone in one direction, no expiries', tellPlain(keys, values));
  report(
    '  ratio to that, which does less; of processor time',
    `${(values.seconds / seconds).toFixed(2)}; ${(values.cpuSeconds / cpuSeconds).toFixed(2)}`,
  );
  return cpuSeconds;
};

/** With the processor time of both servers. */
const run = async (pair: Pair, work: () => Promise<Ran>): Promise<Ran> => {
  const before = await serverSeconds(pair);
  const ran = await work();
  return { ...ran, cpuSeconds: ran.cpuSeconds + (await serverSeconds(pair)) - before };
};

const serverSeconds = async ({ onSource, onTarget }: Pair): Promise<number> => {
  let seconds = 0;
  for (const client of [onSource, onTarget]) {
    const info = String(await client.run('INFO', 'cpu'));
    for (const [, figure] of info.matchAll(/^used_cpu_(?:user|sys):([\d.]+)/gm)) seconds += Number(figure);
  }
  return seconds;
};

const verify = async (pair: Pair) => {
  const servers = [pair.source, pair.target].map(({ port }) => `redis://127.0.0.1:${port}`);
  const ran = await run(pair, () => runVerify([...servers, '--json', '--ignore-latency']));
  const { verdict } = JSON.parse(ran.output) as VerificationResult;
  if (verdict !== 'same') throw new Error(`Identical data were called ${verdict}`);
  return ran;
};

const plain = async (pair: Pair, ...words: string[]) => {
  const ports = [pair.source, pair.target].map(({ port }) => String(port));
  const ran = await run(pair, () => runProgram(['bench/verify/plain.ts', ...ports, ...words]));
  return { ...ran, different: (JSON.parse(ran.output) as { different: number }).different };
};

const tellPlain = (keys: number, { seconds, residentMb, different }: Awaited<ReturnType<typeof plain>>): string =>
  `${thousands(keys / seconds)} keys/s, ${residentMb} MB, ${text(different)} keys wrongly different`;

const text = (count: number): string => count.toLocaleString('en-US');
const thousands = (rate: number): string => `${(rate / 1000).toFixed(1)}k`;
const micros = (seconds: number, keys: number): string => `${((1e6 * seconds) / keys).toFixed(1)} µs`;
