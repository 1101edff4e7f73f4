import { describe, expect, it } from 'vitest';
import { apiNow, noteApiTime } from '../../console/ui/data/clock.ts';

const HOUR_MS = 3_600_000;
const header = (ms: number) => new Date(ms).toUTCString();
/** How far the page's clock is from this machine's, in milliseconds, when an answer of that time has come at once. */
const aheadAfter = (byMs: number): number => {
  const now = Date.now();
  noteApiTime(header(now + byMs), now, now);
  return apiNow() - Date.now();
};

describe('the clock of the pages', () => {
  it("is the API's where the browser's is wrong", () => {
    expect(Math.abs(aheadAfter(HOUR_MS) - HOUR_MS)).toBeLessThan(2000);
    expect(Math.abs(aheadAfter(-HOUR_MS) + HOUR_MS)).toBeLessThan(2000);
  });

  it("is the browser's where it is about right, and where an answer does not tell", () => {
    aheadAfter(HOUR_MS);
    expect(aheadAfter(0)).toBe(0);

    const now = Date.now();
    noteApiTime(null, now, now);
    noteApiTime('soon', now, now);
    noteApiTime(header(now + HOUR_MS), now - 10_000, now);
    expect(apiNow() - Date.now()).toBe(0);
  });

  it('does not move to and fro by the rounding of a second', () => {
    aheadAfter(HOUR_MS);
    const before = aheadAfter(HOUR_MS);
    expect(aheadAfter(HOUR_MS + 1000)).toBe(before);
    aheadAfter(0);
  });
});
