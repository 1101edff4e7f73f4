import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedStill } from './support/data.ts';
import { FAULTS, keyFor, type Planted, stillKeysFor } from './support/faults.ts';
import { type Load, startLoad } from './support/load.ts';
import { type Pair, startPair } from './support/pair.ts';
import { newSeed, Random } from './support/random.ts';
import { expected, found, verify } from './support/verify.ts';

/** Stands in the name of what fails. */
const seed = newSeed();

describe(`verification while 5,000 writes a second go on, seed ${seed}`, () => {
  let pair: Pair;
  let load: Load;

  beforeAll(async () => {
    pair = await startPair();
    const random = new Random(seed);
    await seedStill(pair.onSource, random, stillKeysFor(1));
    await pair.caughtUp();
    load = await startLoad(pair.source.port, pair.target.port, random, 5000);
  });
  afterAll(async () => {
    const { writesPerSecond } = await load.stop();
    await pair.stop();
    expect(writesPerSecond).toBeGreaterThan(0);
  });

  it('raises no false alarm', async () => {
    for (let run = 0; run < 3; run++) {
      const result = await verify(pair.source.port, pair.target.port);

      expect(result).toMatchObject({ verdict: 'same', differences: [], untold: [] });
    }
  });

  it('finds every fault that was planted, and nothing else', async () => {
    const planted: Planted[] = [];
    for (const fault of FAULTS) {
      const key = keyFor(fault, 0);
      await fault.plant(pair.onTarget, key, new Random(seed));
      planted.push({ database: 0, key, kind: fault.kind });
    }
    const result = await verify(pair.source.port, pair.target.port);

    expect(found(result)).toEqual(expected(planted));
  });
});
