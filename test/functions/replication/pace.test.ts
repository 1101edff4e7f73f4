import { describe, expect, it } from 'vitest';
import { Pace } from '../../../functions/replication/pace.ts';

const middle = () => 0.5;

describe('a pace', () => {
  it('is as fast as wanted while nothing is refused', () => {
    const pace = new Pace(15_000, 300_000, undefined, middle);
    pace.faster();

    expect(pace.ms).toBe(15_000);
  });

  it('doubles with each refusal, up to its slowest', () => {
    const pace = new Pace(15_000, 300_000, undefined, middle);
    const seen = Array.from({ length: 6 }, () => {
      pace.slower(5000);
      return pace.ms;
    });

    expect(seen).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
  });

  it('comes back step by step, and no faster than wanted', () => {
    const pace = new Pace(15_000, 300_000, undefined, middle);
    pace.slower(5000);
    const seen = Array.from({ length: 5 }, () => {
      pace.faster();
      return Math.round(pace.ms);
    });

    expect(seen).toEqual([27_000, 24_300, 21_870, 19_683, 17_715]);
  });

  it('goes on where another was left, within its own bounds', () => {
    expect([1000, 40_000, 900_000].map((nowMs) => new Pace(15_000, 300_000, nowMs).ms)).toEqual([
      15_000, 40_000, 300_000,
    ]);
  });

  it('slows down what was to be asked at every look', () => {
    const pace = new Pace(0, 300_000, undefined, middle);
    pace.slower(5000);

    expect(pace.ms).toBe(10_000);
  });

  it('spreads those that are refused together', () => {
    const [early, late] = [
      new Pace(15_000, 300_000, undefined, () => 0),
      new Pace(15_000, 300_000, undefined, () => 1),
    ];
    early.slower(5000);
    late.slower(5000);

    expect([early.ms, late.ms]).toEqual([22_500, 37_500]);
  });
});
