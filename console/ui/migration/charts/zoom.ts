/** A time in seconds since 1970, as the charts have it. */
export interface Range {
  min: number;
  max: number;
}

/** A part of the time that was chosen. One that ends with the newest goes on with it. */
export interface Zoom extends Range {
  isNewest: boolean;
}

export const zoomTo = (range: Range, whole: Range): Zoom => ({ ...range, isNewest: range.max >= whole.max });

/** What is shown of the whole by now. */
export const shownOf = ({ min, max, isNewest }: Zoom, whole: Range): Range =>
  isNewest ? { min: Math.max(whole.min, whole.max - (max - min)), max: whole.max } : { min, max };

/** What can be done to the time that is shown without a pointer. */
export type Step = 'closer' | 'wider' | 'earlier' | 'later';

/** Fewer seconds are a sample or two. */
const LEAST_SECONDS = 10;
/** A third stays in sight: whoever goes on knows where they are. */
const MOVE = 2 / 3;

const widthOf = ({ min, max }: Range): number => max - min;

/** Inside of the whole, as wide as before where there is room. */
const within = ({ min, max }: Range, whole: Range): Range => {
  const shift = Math.max(0, whole.min - min) - Math.max(0, max - whole.max);
  return { min: Math.max(whole.min, min + shift), max: Math.min(whole.max, max + shift) };
};

/**
 * The time that is shown after a step. Whoever looks at the newest goes on to see it; elsewhere the middle stays.
 * @returns undefined for all of it
 */
export const zoomed = (step: Step, shown: Range, whole: Range): Range | undefined => {
  const width = widthOf(shown);
  if (step === 'earlier' || step === 'later') {
    const by = width * MOVE * (step === 'earlier' ? -1 : 1);
    return same(within({ min: shown.min + by, max: shown.max + by }, whole), whole);
  }
  const next = step === 'closer' ? Math.max(LEAST_SECONDS, width / 2) : width * 2;
  if (next >= widthOf(whole)) return undefined;
  const middle = (shown.min + shown.max) / 2;
  const around = { min: middle - next / 2, max: middle + next / 2 };
  return within(shown.max >= whole.max ? { min: shown.max - next, max: shown.max } : around, whole);
};

/** Whether the step would change anything. */
export const canZoom = (step: Step, shown: Range, whole: Range): boolean => {
  if (step === 'closer') return widthOf(shown) > LEAST_SECONDS && widthOf(whole) > LEAST_SECONDS;
  if (step === 'wider') return widthOf(shown) < widthOf(whole);
  return step === 'earlier' ? shown.min > whole.min : shown.max < whole.max;
};

const same = (range: Range, whole: Range): Range | undefined =>
  range.min === whole.min && range.max === whole.max ? undefined : range;
