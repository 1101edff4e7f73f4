import { describe, expect, it } from 'vitest';
import { canZoom, type Range, type Step, shownOf, zoomed, zoomTo } from '../../../console/ui/migration/charts/zoom.ts';

const WHOLE: Range = { min: 1000, max: 2000 };

describe('the time that the charts show', () => {
  it('goes closer at its newest end, which is what is watched, and elsewhere around its middle', () => {
    expect(zoomed('closer', WHOLE, WHOLE)).toEqual({ min: 1500, max: 2000 });
    expect(zoomed('closer', { min: 1200, max: 1400 }, WHOLE)).toEqual({ min: 1250, max: 1350 });
  });

  it('goes on with the newest where it ended with it, and stays elsewhere', () => {
    const later: Range = { min: 1000, max: 2060 };

    expect(shownOf(zoomTo(zoomed('closer', WHOLE, WHOLE) as Range, WHOLE), later)).toEqual({ min: 1560, max: 2060 });
    expect(shownOf(zoomTo({ min: 1200, max: 1400 }, WHOLE), later)).toEqual({ min: 1200, max: 1400 });
    // The hour that is shown moves on, too, and may be less than what was chosen.
    expect(shownOf(zoomTo({ min: 1000, max: 2000 }, WHOLE), { min: 1500, max: 2100 })).toEqual({
      min: 1500,
      max: 2100,
    });
  });

  it('goes wider until it is all, which is told as such', () => {
    expect(zoomed('wider', { min: 1250, max: 1350 }, WHOLE)).toEqual({ min: 1200, max: 1400 });
    expect(zoomed('wider', { min: 1000, max: 1100 }, WHOLE)).toEqual({ min: 1000, max: 1200 });
    expect(zoomed('wider', { min: 1000, max: 1600 }, WHOLE)).toBeUndefined();
  });

  it('moves by less than is seen, and not beyond the ends', () => {
    expect(zoomed('later', { min: 1000, max: 1300 }, WHOLE)).toEqual({ min: 1200, max: 1500 });
    expect(zoomed('earlier', { min: 1100, max: 1400 }, WHOLE)).toEqual({ min: 1000, max: 1300 });
    expect(zoomed('later', { min: 1650, max: 1950 }, WHOLE)).toEqual({ min: 1700, max: 2000 });
  });

  it('stays inside of the whole and wide enough, whatever is pressed', () => {
    const steps: Step[] = ['closer', 'earlier', 'wider', 'later', 'closer', 'closer', 'later', 'closer', 'earlier'];
    let shown: Range | undefined;
    for (let round = 0; round < 200; round++) {
      const step = steps[(round * 7 + Math.floor(round / 9)) % steps.length] as Step;
      if (canZoom(step, shown ?? WHOLE, WHOLE)) shown = zoomed(step, shown ?? WHOLE, WHOLE);
      const { min, max } = shown ?? WHOLE;
      expect(min).toBeGreaterThanOrEqual(WHOLE.min);
      expect(max).toBeLessThanOrEqual(WHOLE.max);
      expect(max - min).toBeGreaterThanOrEqual(9.999);
    }
  });

  it('offers no step that would change nothing', () => {
    expect(canZoom('wider', WHOLE, WHOLE)).toBe(false);
    expect(canZoom('earlier', WHOLE, WHOLE)).toBe(false);
    expect(canZoom('later', WHOLE, WHOLE)).toBe(false);
    expect(canZoom('closer', { min: 1000, max: 1010 }, WHOLE)).toBe(false);
    expect(canZoom('closer', WHOLE, WHOLE)).toBe(true);
  });
});
