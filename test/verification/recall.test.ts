import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedBig, seedStill } from './support/data.ts';
import { bigFaults, FAULTS, keyFor, type Planted, stillKeysFor } from './support/faults.ts';
import { type Client, type Pair, startPair } from './support/pair.ts';
import { newSeed, Random } from './support/random.ts';
import { expected, found, verify } from './support/verify.ts';

const BIG_ELEMENTS = 200_000;

const plantAll = async (target: Client, random: Random): Promise<Planted[]> => {
  const planted: Planted[] = [];
  for (const fault of FAULTS) {
    const key = keyFor(fault, 0);
    await fault.plant(target, key, random);
    planted.push({ database: 0, key, kind: fault.kind });
  }
  for (const { plant, key, kind } of bigFaults(BIG_ELEMENTS)) {
    await plant(target, key, random);
    planted.push({ database: 0, key, kind });
  }
  await target.run('MOVE', 'still:hash:1', '1');
  planted.push({ database: 0, key: 'still:hash:1', kind: 'missing' });
  planted.push({ database: 1, key: 'still:hash:1', kind: 'extra' });
  await target.run('DEL', '');
  planted.push({ database: 0, key: '', kind: 'missing' });
  await target.run('APPEND', Buffer.of(0, 255, 10, 13, 32), 'x');
  planted.push({ database: 0, key: '\\x00\\xff\\x0a\\x0d ', kind: 'value' });
  return planted;
};

/** Stands in the name of what fails. */
const seed = newSeed();

describe(`verification of a copy, seed ${seed}`, () => {
  let pair: Pair;

  beforeAll(async () => {
    pair = await startPair();
    const random = new Random(seed);
    await seedStill(pair.onSource, random, stillKeysFor(1));
    await seedBig(pair.onSource, random, BIG_ELEMENTS);
    await pair.detach();
  });
  afterAll(() => pair.stop());

  it('finds nothing in identical data', async () => {
    const result = await verify(pair.source.port, pair.target.port);

    expect(result).toMatchObject({ verdict: 'same', differences: [], counts: { big: 6 } });
  });

  it('finds every fault that was planted, and nothing else', async () => {
    const planted = await plantAll(pair.onTarget, new Random(seed + 1));
    const result = await verify(pair.source.port, pair.target.port);

    expect(found(result)).toEqual(expected(planted));
    expect(result.verdict).toBe('different');
  });
});
