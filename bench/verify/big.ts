import { writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { seedBig } from '../../test/verification/support/data.ts';
import { type Client, type Pair, startPair } from '../../test/verification/support/pair.ts';
import { newSeed, Random } from '../../test/verification/support/random.ts';
import { verify } from '../../test/verification/support/verify.ts';
import { heading, report } from '../report.ts';
import { BIG_ELEMENTS } from './settings.ts';
import { percentilesOf, slowOf, watchSlow } from './slowlog.ts';

const RUNS = 3;

/**
 * Whether values of many megabytes and collections of many elements hold a server up. SLOWLOG counts the time in which other
 * processes had the processor, so it is done three times: what is slow by itself is slow each time.
 */
export const benchBig = async (): Promise<void> => {
  const seed = newSeed();
  const count = BIG_ELEMENTS.toLocaleString('en-US');
  heading(`A collection of each type with ${count} elements, and a value of 20 MB, ${RUNS} times (seed ${seed})`);
  const pair = await startPair();
  try {
    await seedBig(pair.onSource, new Random(seed), BIG_ELEMENTS);
    await pair.detach();
    for (const { pid } of [pair.source, pair.target]) await goesFirst(pid);
    const runs: [source: Set<string>, target: Set<string>][] = [];
    for (let run = 0; run < RUNS; run++) runs.push(await once(pair));
    for (const [at, side] of ['source', 'target'].entries()) {
      const [first, ...others] = runs.map((slow) => slow[at] as Set<string>);
      const always = [...(first as Set<string>)].filter((command) => others.every((slow) => slow.has(command)));
      for (const command of always) console.log(`  slow each time: ${command}`);
      report(`commands above 10 ms each time, on the ${side}`, String(always.length), {
        text: '0',
        kept: always.length === 0,
      });
    }
    await tellPercentiles('source', pair.onSource);
    await tellPercentiles('target', pair.onTarget);
  } finally {
    await pair.stop();
  }
};

const once = async (pair: Pair): Promise<[Set<string>, Set<string>]> => {
  const both = [pair.onSource, pair.onTarget];
  for (const client of both) await watchSlow(client);
  const begin = performance.now();
  const { verdict, counts } = await verify(pair.source.port, pair.target.port);
  const seconds = (performance.now() - begin) / 1000;
  report('verdict', `${verdict}, ${counts.big} big keys in ${seconds.toFixed(1)} s`, {
    text: 'same',
    word: 'expected',
    kept: verdict === 'same',
  });
  const [source, target] = [await slowOf(pair.onSource), await slowOf(pair.onTarget)];
  report('  commands above 10 ms on the source', `${source.count} (slowest: ${source.worst})`);
  report('  commands above 10 ms on the target', `${target.count} (slowest: ${target.worst})`);
  return [source.commands, target.commands];
};

const tellPercentiles = async (side: string, client: Client): Promise<void> => {
  for (const [command, { calls, p99Ms, p999Ms }] of await percentilesOf(client)) {
    report(`  ${command} on the ${side}, of ${calls}`, `99 %: ${p99Ms.toFixed(2)} ms, 99.9 %: ${p999Ms.toFixed(2)} ms`);
  }
};

/** Before other processes, and before other sessions of Linux; only root may. Without it the figures are those of the machine. */
const goesFirst = async (pid: number): Promise<void> => {
  try {
    setPriority(pid, -15);
    await writeFile(`/proc/${pid}/autogroup`, '-15');
  } catch (error) {
    console.log(`  the servers do not go before other processes: ${(error as Error).message}`);
  }
};
