import { setTimeout as sleep } from 'node:timers/promises';
import type { VerificationResult } from '../../functions/verification/result.ts';
import { seedBig, seedStill } from '../../test/verification/support/data.ts';
import { stillKeysFor } from '../../test/verification/support/faults.ts';
import { startLoad } from '../../test/verification/support/load.ts';
import { type Pair, startPair } from '../../test/verification/support/pair.ts';
import { newSeed, Random } from '../../test/verification/support/random.ts';
import { found, verify } from '../../test/verification/support/verify.ts';
import { heading, report } from '../report.ts';
import { RUNS, WRITES_PER_SECOND } from './settings.ts';

const STILL_KEYS = stillKeysFor(20);
const BIG_ELEMENTS = 20_000;
/** Little more than there is once the load has made its keys: what it caches is evicted all the time. */
const ROOM_BYTES = 1_000_000;
const WARM_UP_MS = 3000;

/** Identical data while applications write: sliding expiry, short lives, eviction, PFCOUNT on the target, stream consumers. */
export const benchAlarms = async (): Promise<void> => {
  const seed = newSeed();
  heading(`Identical data under ${WRITES_PER_SECOND} writes/s, ${RUNS} runs (seed ${seed})`);
  const random = new Random(seed);
  const pair = await startPair({ source: { config: { 'maxmemory-policy': 'volatile-lru' } } });
  try {
    await seedStill(pair.onSource, random, STILL_KEYS);
    await seedBig(pair.onSource, random, BIG_ELEMENTS);
    await pair.caughtUp();
    const load = await startLoad(pair.source.port, pair.target.port, random, WRITES_PER_SECOND);
    await sleep(WARM_UP_MS);
    const used = await figure(pair, 'memory', 'used_memory');
    await pair.onSource.run('CONFIG', 'SET', 'maxmemory', String(used + ROOM_BYTES));
    const results: VerificationResult[] = [];
    for (let run = 0; run < RUNS; run++) results.push(await verify(pair.source.port, pair.target.port));
    const naive = await firstLook(pair);
    const { writesPerSecond } = await load.stop();
    const evicted = await figure(pair, 'stats', 'evicted_keys');
    const expired = await figure(pair, 'stats', 'expired_keys');
    tell(results, naive);
    report('writes a second', String(writesPerSecond), {
      text: String(0.95 * WRITES_PER_SECOND),
      word: 'at least',
      kept: writesPerSecond >= 0.95 * WRITES_PER_SECOND,
    });
    report('keys that the source let expire meanwhile', String(expired), {
      text: '1',
      word: 'at least',
      kept: expired > 0,
    });
    report('keys that the source evicted meanwhile', String(evicted), {
      text: '1',
      word: 'at least',
      kept: evicted > 0,
    });
  } finally {
    await pair.stop();
  }
};

const tell = (results: readonly VerificationResult[], naive: number): void => {
  const sum = (of: (result: VerificationResult) => number) => results.reduce((all, result) => all + of(result), 0);
  const alarms = sum(({ differences }) => differences.length);
  const unsettled = sum(({ counts }) => counts.unsettled);
  const same = results.filter(({ verdict }) => verdict === 'same').length;
  for (const line of results.flatMap(found)) console.log(`  false alarm: ${line}`);
  report('runs that say: the same', `${same} of ${results.length}`, {
    text: 'all',
    word: 'expected',
    kept: same === results.length,
  });
  report('false alarms', String(alarms), { text: '0', kept: alarms === 0 });
  report('keys that could not be told', String(unsettled), { text: '0', kept: unsettled === 0 });
  report('keys compared', String(sum(({ counts }) => counts.compared)));
  report('keys that were looked at again', String(sum(({ counts }) => counts.candidates)));
  report('of them expired, evicted', `${sum(({ counts }) => counts.expired)}, ${sum(({ counts }) => counts.evicted)}`);
  report('control: live keys that one look finds different', String(naive), {
    text: '1',
    word: 'at least',
    kept: naive > 0,
  });
};

const figure = async ({ onSource }: Pair, section: string, name: string): Promise<number> =>
  Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(String(await onSource.run('INFO', section)))?.[1]);

/** What a comparison that does not look again would report. */
const firstLook = async ({ onSource, onTarget }: Pair): Promise<number> => {
  const [, names] = await onSource.run<[Buffer, Buffer[]]>('SCAN', '0', 'MATCH', 'live:*', 'COUNT', '1000000');
  const commands = names.map((name) => ['DUMP', name]);
  const left = await onSource.runAll(commands);
  const right = await onTarget.runAll(commands);
  return left.filter((dump, at) => String(dump) !== String(right[at])).length;
};
