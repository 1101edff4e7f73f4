let aheadMs = 0;

/** A clock that differs by less is right, as far as an answer's Date can tell. */
const TELLABLE_MS = 5000;
const SECOND_MS = 1000;

/**
 * Takes over the API's clock where this browser's is wrong: ages, and what is fresh, are told against the API's own times.
 *
 * @param date of an answer of the API, to the second
 * @param sentMs when it was asked for, by this browser's clock
 * @param answeredMs when the answer was there
 */
export const noteApiTime = (date: string | null, sentMs: number, answeredMs: number): void => {
  const atMs = Date.parse(date ?? '');
  // An answer that took long was given at whichever moment.
  if (Number.isNaN(atMs) || !(answeredMs - sentMs < TELLABLE_MS)) return;
  const foundMs = atMs + SECOND_MS / 2 - (sentMs + answeredMs) / 2;
  const isRight = Math.abs(foundMs) < TELLABLE_MS;
  // What differs by the rounding of two answers is no other clock.
  if (isRight) aheadMs = 0;
  else if (Math.abs(foundMs - aheadMs) > 2 * SECOND_MS) aheadMs = foundMs;
};

/** Milliseconds since the epoch, by the API's clock. */
export const apiNow = (): number => Date.now() + aheadMs;
