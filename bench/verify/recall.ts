import type { VerificationResult } from '../../functions/verification/result.ts';
import { seedBig, seedStill } from '../../test/verification/support/data.ts';
import { bigFaults, FAULTS, keyFor, stillKeysFor } from '../../test/verification/support/faults.ts';
import { startLoad } from '../../test/verification/support/load.ts';
import { connect, type Pair, startPair } from '../../test/verification/support/pair.ts';
import { newSeed, Random } from '../../test/verification/support/random.ts';
import { found, verify } from '../../test/verification/support/verify.ts';
import { heading, report } from '../report.ts';

const PLANTINGS = 20;
const RUNS = 20;
const WRITES_PER_SECOND = 5000;
const BIG_ELEMENTS = 200_000;

interface Tally {
  planted: number;
  found: number;
}

/** Every class of fault 20 times, with and without writes going on; and 20 runs over identical data under load. */
export const benchRecall = async (): Promise<void> => {
  for (const underLoad of [false, true]) {
    const seed = newSeed();
    heading(`Planted faults, ${underLoad ? `under ${WRITES_PER_SECOND} writes/s` : 'no load'} (seed ${seed})`);
    const random = new Random(seed);
    const pair = await startPair();
    await seedStill(pair.onSource, random, stillKeysFor(PLANTINGS));
    await seedBig(pair.onSource, random, BIG_ELEMENTS);
    await (underLoad ? pair.caughtUp() : pair.detach());
    const load = underLoad ? await startLoad(pair.source.port, pair.target.port, random, WRITES_PER_SECOND) : undefined;
    const { tallies, falseAlarms } = await plantAndFind(pair, random);
    const writes = await load?.stop();
    await pair.stop();
    for (const [name, tally] of tallies) {
      const kept = tally.found === tally.planted;
      report(name, `${tally.found} of ${tally.planted}`, { text: 'all', word: 'expected', kept });
    }
    report('false alarms', String(falseAlarms), { text: '0', kept: falseAlarms === 0 });
    if (writes) report('writes a second', String(writes.writesPerSecond));
  }
  await benchFalseAlarms();
};

const plantAndFind = async (pair: Pair, random: Random) => {
  const tallies = new Map<string, Tally>();
  let falseAlarms = 0;
  const other = await connect(pair.target.port, 1);
  for (let planting = 0; planting < PLANTINGS; planting++) {
    const lines = new Map<string, string>();
    const keys: string[] = [];
    for (const fault of [...FAULTS, ...bigFaults(BIG_ELEMENTS)]) {
      const key = 'key' in fault ? String(fault.key) : keyFor(fault, planting);
      await fault.plant(pair.onTarget, key, random);
      keys.push(key);
      lines.set(`0 ${key} ${fault.kind}`, fault.name);
    }
    const moved = `still:number:${2 * planting + 1}`;
    await pair.onTarget.run('MOVE', moved, '1');
    keys.push(moved);
    lines.set(`0 ${moved} missing`, 'wrong database: missing').set(`1 ${moved} extra`, 'wrong database: extra');

    const said = new Set(found(await verify(pair.source.port, pair.target.port)));
    for (const [line, name] of lines) {
      const tally = tallies.get(name) ?? { planted: 0, found: 0 };
      tally.planted++;
      if (said.delete(line)) tally.found++;
      tallies.set(name, tally);
    }
    falseAlarms += said.size;
    for (const line of said) console.log(`  false alarm: ${line}`);
    await other.run('FLUSHDB');
    for (const key of keys) await repair(pair, key);
  }
  other.close();
  return { tallies, falseAlarms };
};

/** Gives the target what the source has. */
const repair = async ({ onSource, onTarget }: Pair, key: string): Promise<void> => {
  const [dump, expiry] = await Promise.all([
    onSource.run<Buffer | null>('DUMP', key),
    onSource.run<number>('PEXPIRETIME', key),
  ]);
  if (dump === null) await onTarget.run('DEL', key);
  else await onTarget.run('RESTORE', key, String(Math.max(0, expiry)), dump, 'REPLACE', 'ABSTTL');
};

const benchFalseAlarms = async (): Promise<void> => {
  const seed = newSeed();
  heading(`Identical data under ${WRITES_PER_SECOND} writes/s, ${RUNS} runs (seed ${seed})`);
  const random = new Random(seed);
  const pair = await startPair({ source: { config: { 'maxmemory-policy': 'volatile-lru' } } });
  await seedStill(pair.onSource, random, stillKeysFor(PLANTINGS));
  await seedBig(pair.onSource, random, BIG_ELEMENTS / 10);
  await pair.caughtUp();
  const used = Number(/^used_memory:(\d+)/m.exec(String(await pair.onSource.run('INFO', 'memory')))?.[1]);
  const load = await startLoad(pair.source.port, pair.target.port, random, WRITES_PER_SECOND);
  // Little more than there is: what the load caches is evicted all the time.
  await pair.onSource.run('CONFIG', 'SET', 'maxmemory', String(used + 20_000_000));
  const results: VerificationResult[] = [];
  for (let run = 0; run < RUNS; run++) results.push(await verify(pair.source.port, pair.target.port));
  const naive = await firstLook(pair);
  const { writesPerSecond } = await load.stop();
  const evicted = /^evicted_keys:(\d+)/m.exec(String(await pair.onSource.run('INFO', 'stats')))?.[1];
  await pair.stop();

  const sum = (of: (result: VerificationResult) => number) => results.reduce((all, result) => all + of(result), 0);
  const alarms = sum(({ differences }) => differences.length);
  const unsettled = sum(({ counts }) => counts.unsettled);
  for (const line of results.flatMap(found)) console.log(`  false alarm: ${line}`);
  report('false alarms', String(alarms), { text: '0', kept: alarms === 0 });
  report('keys that could not be told', String(unsettled), { text: '0', kept: unsettled === 0 });
  report('keys that were looked at again', String(sum(({ counts }) => counts.candidates)));
  report('of them expired, evicted', `${sum(({ counts }) => counts.expired)}, ${sum(({ counts }) => counts.evicted)}`);
  report('writes a second; keys evicted by the source', `${writesPerSecond}; ${evicted}`);
  report('control: live keys that one look finds different', String(naive), {
    text: '1',
    word: 'at least',
    kept: naive > 0,
  });
};

/** What a comparison that does not look again would report. */
const firstLook = async ({ onSource, onTarget }: Pair): Promise<number> => {
  const [, names] = await onSource.run<[Buffer, Buffer[]]>('SCAN', '0', 'MATCH', 'live:*', 'COUNT', '1000000');
  const commands = names.map((name) => ['DUMP', name]);
  const left = await onSource.runAll(commands);
  const right = await onTarget.runAll(commands);
  return left.filter((dump, at) => String(dump) !== String(right[at])).length;
};
