import { describe, expect, it } from 'vitest';
import { makeCountFleet } from '../../../functions/replication/count-fleet.ts';
import { betweenFiguresMs, type FleetCount, restSecondsOf } from '../../../functions/replication/fleet.ts';

const middle = () => 0.5;

describe('a rest', () => {
  it.each([
    ['fewer are at work than may be', 300, 300, 3600],
    ['it is switched off', 5000, 0, 3600],
    ['nobody knows when the copy ends', 5000, 300, undefined],
    ['it ends soon', 5000, 300, 100],
  ])('is not taken where %s', (_, atWork, watchersAtOnce, etaSeconds) => {
    expect(restSecondsOf(atWork, watchersAtOnce, etaSeconds, middle)).toBeUndefined();
  });

  it('is a quarter of what is left, and five minutes at the most', () => {
    expect([120, 600, 3600, 360_000].map((eta) => restSecondsOf(301, 300, eta, middle))).toEqual([30, 150, 300, 300]);
  });

  it('is a little shorter or longer for each', () => {
    expect([0, 1].map((random) => restSecondsOf(301, 300, 600, () => random))).toEqual([120, 180]);
  });
});

describe('figures', () => {
  it('are written as seldom as leaves the index room for what must not wait', () => {
    expect([10, 100, 1000, 10_000].map((atWork) => betweenFiguresMs({ atWork }))).toEqual([150, 1500, 15_000, 150_000]);
  });
});

describe('the count of the fleet', () => {
  it('is noted with its time, without those that wait for their turn', async () => {
    const noted: FleetCount[] = [];
    const count = makeCountFleet(
      { countOpen: async () => ({ atWork: 7, inLine: 900 }) },
      {
        note: async (one) => {
          noted.push(one);
        },
      },
    );
    expect(await count('2026-01-01T00:00:00.000Z')).toEqual({ atWork: 7, inLine: 900 });

    expect(noted).toEqual([{ atWork: 7, asOf: '2026-01-01T00:00:00.000Z' }]);
  });
});
