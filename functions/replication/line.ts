/** The end of the line of those who wait to begin. */
export interface LineEnd {
  /** When the next turn comes up that somebody takes, in milliseconds since the epoch. */
  nextMs: number;
  /** Turns that were given back since the sweeper last looked. */
  unused: number;
}

export interface Line {
  /**
   * Takes a turn in a line in which one comes up every so many milliseconds, and answers when it does, in milliseconds since
   * the epoch: now, where nobody is in line.
   */
  takeTurn(nowMs: number, everyMs: number): Promise<number>;
  /** Whoever had a turn began nothing with it. */
  giveBack(): Promise<void>;
  /** Undefined before anybody took a turn. */
  end(): Promise<LineEnd | undefined>;
  /**
   * Draws the end nearer, and forgets the turns that were given back, as they were seen. Whoever has taken a turn since is
   * still behind the others, and before the end. False where somebody else has drawn it nearer: then nothing is changed.
   */
  shorten(seen: LineEnd, byMs: number): Promise<boolean>;
}

/** So many migrations begin at once when none has begun for a while. */
export const STARTS_AT_ONCE = 20;

/**
 * Milliseconds between two that begin; 0: as many begin as come. Whole ones: DynamoDB adds decimals exactly, so that a line's
 * end with a fraction would be one that no double is equal to.
 */
export const everyMsOf = (startsPerMinute: number): number =>
  startsPerMinute === 0 ? 0 : Math.ceil(60_000 / startsPerMinute);

/** When whoever comes now begins at the latest, in milliseconds since the epoch. */
export const takeBeginning = async (
  line: Pick<Line, 'takeTurn'>,
  startsPerMinute: number,
  nowMs: number,
): Promise<number> => {
  if (startsPerMinute === 0) return nowMs;
  const everyMs = everyMsOf(startsPerMinute);
  return Math.max(nowMs, (await line.takeTurn(nowMs, everyMs)) - STARTS_AT_ONCE * everyMs);
};

/** By how much the line is longer than those who wait in it: those behind them begin after the last of them. */
export const excessMs = (nextMs: number, waiting: number, startsPerMinute: number, nowMs: number): number =>
  Math.max(0, nextMs - nowMs - (STARTS_AT_ONCE + waiting) * everyMsOf(startsPerMinute));

/** A sweep gives turns to those who are due before the next, and some more: one may come late, or not at all. */
const AHEAD_MS = 90_000;
/** One call of Step Functions for each. */
const MOST_CALLED = 200;
/**
 * What was given back is made up for by no more than so many times the usual number. A preflight asks ElastiCache 5 times, a
 * start 18 (simulation/profile.json): three times as many that come to nothing ask for no more than usual.
 */
const MOST_MADE_UP = 2;
/** A turn that comes so little earlier is not worth a call. */
const WORTH_MS = 10_000;

/** How many of those who wait a sweep looks at. */
export const lookAheadOf = (startsPerMinute: number, unused: number): number =>
  Math.min(MOST_CALLED, Math.ceil(AHEAD_MS / Math.max(1, paceMs(startsPerMinute, unused))));

const paceMs = (startsPerMinute: number, unused: number): number =>
  everyMsOf(startsPerMinute + Math.min(unused, MOST_MADE_UP * startsPerMinute));

/**
 * When one of those who wait may begin, the first of them now, where that is earlier than the turn that it has.
 *
 * @param place in the line, from 0
 * @param turnMs milliseconds since the epoch, as is what it answers
 * @returns undefined for whoever keeps its turn
 */
export const nearerTurn = (
  place: number,
  turnMs: number,
  startsPerMinute: number,
  unused: number,
  nowMs: number,
): number | undefined => {
  const dueMs = nowMs + place * paceMs(startsPerMinute, unused);
  return turnMs - dueMs > WORTH_MS ? dueMs : undefined;
};
