import { describe, expect, it } from 'vitest';
import { makeCountFleet } from '../../../functions/replication/count-fleet.ts';
import { betweenFiguresMs, type FleetCount, restSecondsOf } from '../../../functions/replication/fleet.ts';
import { makeInTurn } from '../../../functions/replication/in-turn.ts';

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
  it('is noted with its time', async () => {
    const noted: FleetCount[] = [];
    const count = makeCountFleet(
      { countAtWork: async () => 7 },
      {
        note: async (one) => {
          noted.push(one);
        },
      },
    );
    await count('2026-01-01T00:00:00.000Z');

    expect(noted).toEqual([{ atWork: 7, asOf: '2026-01-01T00:00:00.000Z' }]);
  });
});

describe('a task in turn', () => {
  const line = () => {
    let nextMs = 0;
    return {
      takeTurn: async (nowMs: number, everyMs: number) => {
        const turnMs = Math.max(nowMs, nextMs);
        nextMs = turnMs + everyMs;
        return turnMs;
      },
    };
  };
  const begins = async () => 'begun';

  it('begins at once for the first twenty, and then one every so many seconds', async () => {
    const inTurn = makeInTurn(begins, line(), 12, { now: () => 1_000_000 });
    const answers: unknown[] = [];
    for (let nth = 0; nth < 24; nth++) answers.push(await inTurn({}));

    expect(answers.slice(0, 21)).toEqual(Array.from({ length: 21 }, () => 'begun'));
    expect(answers.slice(21)).toEqual([5, 10, 15].map((waitSeconds) => ({ verdict: 'queued', waitSeconds })));
  });

  it('begins for whoever has waited, and takes no other turn', async () => {
    const taken: number[] = [];
    const fleet = { takeTurn: async (nowMs: number) => taken.push(nowMs) && nowMs + 3_600_000 };
    const inTurn = makeInTurn(begins, fleet, 12, { now: () => 0 });

    expect([await inTurn({ hasTurn: true }), taken]).toEqual(['begun', []]);
  });

  it('begins always where as many may as come', async () => {
    const inTurn = makeInTurn(begins, { takeTurn: () => Promise.reject(new Error('asked')) }, 0, { now: () => 0 });

    expect(await inTurn({})).toBe('begun');
  });
});
