import { seedBig, seedStill } from '../../test/verification/support/data.ts';
import { bigFaults, FAULTS, keyFor, stillKeysFor } from '../../test/verification/support/faults.ts';
import { startLoad } from '../../test/verification/support/load.ts';
import { connect, type Pair, startPair } from '../../test/verification/support/pair.ts';
import { newSeed, Random } from '../../test/verification/support/random.ts';
import { found, verify } from '../../test/verification/support/verify.ts';
import { heading, report } from '../report.ts';
import { PLANTINGS, WRITES_PER_SECOND } from './settings.ts';

/** More than fits into a batch, and few enough that each planting takes seconds. */
const BIG_ELEMENTS = 50_000;

interface Tally {
  planted: number;
  found: number;
}

/** Every class of fault, planted again and again, with and without writes going on. */
export const benchRecall = async (): Promise<void> => {
  for (const underLoad of [false, true]) {
    const seed = newSeed();
    heading(
      `Faults, each planted ${PLANTINGS} times, ${underLoad ? `under ${WRITES_PER_SECOND} writes/s` : 'no load'} (seed ${seed})`,
    );
    const random = new Random(seed);
    const pair = await startPair();
    try {
      await seedStill(pair.onSource, random, stillKeysFor(PLANTINGS));
      await seedBig(pair.onSource, random, BIG_ELEMENTS);
      await (underLoad ? pair.caughtUp() : pair.detach());
      const load = underLoad
        ? await startLoad(pair.source.port, pair.target.port, random, WRITES_PER_SECOND)
        : undefined;
      const { tallies, falseAlarms, unsettled } = await plantAndFind(pair, random);
      const writes = await load?.stop();
      tell(tallies, falseAlarms, unsettled);
      if (writes) report('writes a second', String(writes.writesPerSecond));
    } finally {
      await pair.stop();
    }
  }
};

const tell = (tallies: ReadonlyMap<string, Tally>, falseAlarms: number, unsettled: number): void => {
  const all = { planted: 0, found: 0 };
  for (const [name, tally] of tallies) {
    report(name, `${tally.found} of ${tally.planted}`, {
      text: 'all',
      word: 'expected',
      kept: tally.found === tally.planted,
    });
    all.planted += tally.planted;
    all.found += tally.found;
  }
  report('all of them', `${all.found} of ${all.planted}`, {
    text: 'all',
    word: 'expected',
    kept: all.found === all.planted,
  });
  report('false alarms', String(falseAlarms), { text: '0', kept: falseAlarms === 0 });
  report('keys that could not be told', String(unsettled), { text: '0', kept: unsettled === 0 });
};

const plantAndFind = async (pair: Pair, random: Random) => {
  const tallies = new Map<string, Tally>();
  let [falseAlarms, unsettled] = [0, 0];
  const other = await connect(pair.target.port, 1);
  for (let planting = 0; planting < PLANTINGS; planting++) {
    const { lines, keys } = await plant(pair, random, planting);
    const result = await verify(pair.source.port, pair.target.port);
    const said = new Set(found(result));
    for (const [line, name] of lines) {
      const tally = tallies.get(name) ?? { planted: 0, found: 0 };
      tally.planted++;
      if (said.delete(line)) tally.found++;
      else console.log(`  not found in planting ${planting}: ${line} (${name})`);
      tallies.set(name, tally);
    }
    falseAlarms += said.size;
    unsettled += result.counts.unsettled;
    for (const line of said) console.log(`  false alarm: ${line}`);
    await other.run('FLUSHDB');
    for (const key of keys) await repair(pair, key);
  }
  other.close();
  return { tallies, falseAlarms, unsettled };
};

/** One fault of each class; what verification has to say of it, with the class's name. */
const plant = async (pair: Pair, random: Random, planting: number) => {
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
  return { lines, keys };
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
