import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newCheckpoint } from '../../../functions/verification/checkpoint.ts';
import type { Checkpoints } from '../../../functions/verification/ports.ts';
import { type RealTable, realTable } from '../support/table.ts';
import { FakeCheckpoints } from '../support/verification.ts';

let real: RealTable;
beforeAll(async () => {
  real = await realTable();
});
afterAll(() => real.close());

let count = 0;
const newId = () => `migration-${++count}`;
const at = (round: number, steps: number) => ({
  round,
  checkpoint: { ...newCheckpoint({ mode: 'full', sampleKeys: 0 }, 1000), steps },
});

describe.each<[string, () => Checkpoints]>([
  ['in memory, as the other tests have them', () => new FakeCheckpoints()],
  ['in DynamoDB', () => real.checkpoints],
])('checkpoints %s', (_, make) => {
  it('are found as they were kept, each under its migration', async () => {
    const checkpoints = make();
    const [one, other] = [newId(), newId()];
    await checkpoints.keep(one, at(0, 3));

    expect(await checkpoints.find(one)).toEqual(at(0, 3));
    expect(await checkpoints.find(other)).toBeUndefined();
  });

  it('go on and never back', async () => {
    const checkpoints = make();
    const id = newId();
    for (const [round, steps] of [
      [0, 3],
      [0, 5],
      [0, 4],
      [1, 1],
      [0, 9],
    ] as const) {
      await checkpoints.keep(id, at(round, steps));
    }

    expect(await checkpoints.find(id)).toEqual(at(1, 1));
  });
});
