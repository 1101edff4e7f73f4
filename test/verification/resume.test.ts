import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedBig, seedStill } from './support/data.ts';
import { bigFaults, FAULTS, keyFor, stillKeysFor } from './support/faults.ts';
import { type Pair, startPair } from './support/pair.ts';
import { newSeed, Random } from './support/random.ts';
import { verifyWithKills } from './support/resume.ts';

const KILLS = 10;
const STEP_MS = 20;
const BIG_ELEMENTS = 20_000;

/** Stands in the name of what fails. */
const seed = newSeed();

describe(`a verification that is killed, seed ${seed}`, () => {
  let pair: Pair;

  beforeAll(async () => {
    const random = new Random(seed);
    pair = await startPair({
      source: { config: { 'enable-debug-command': 'yes' } },
      prepare: (source) => source.run('DEBUG', 'POPULATE', '40000', 'populated', '100'),
    });
    await seedStill(pair.onSource, random, stillKeysFor(1));
    await seedBig(pair.onSource, random, BIG_ELEMENTS);
    await pair.detach();
    for (const fault of FAULTS) await fault.plant(pair.onTarget, keyFor(fault, 0), random);
    const [one, , two] = bigFaults(BIG_ELEMENTS);
    for (const fault of [one, two]) await fault?.plant(pair.onTarget, fault.key, random);
  });
  afterAll(() => pair.stop());

  it('comes to the same result, having done little twice', async () => {
    const ports: [number, number] = [pair.source.port, pair.target.port];
    const whole = await verifyWithKills(ports, new Random(seed), 0, STEP_MS);
    const killed = await verifyWithKills(ports, new Random(seed), KILLS, STEP_MS);
    const known = ({ result }: typeof whole) => ({
      verdict: result.verdict,
      counts: result.counts.differences,
      compared: [result.counts.compared, result.counts.lookedFor, result.counts.big],
      differences: result.differences.map((one) => JSON.stringify(one)).sort(),
    });

    expect(killed.kills).toBe(KILLS);
    expect(known(killed)).toEqual(known(whole));
    expect((killed.keysRead - whole.keysRead) / KILLS / whole.keysRead).toBeLessThan(0.05);
    expect(killed.longest).toBeLessThan(60_000);
  });
});
