/** How many migrations there are, as the sweeper has last counted them. */
export interface FleetCount {
  /** Begun, and neither ended nor waiting for an operator: each of them has a task that runs, or rests from one. */
  atWork: number;
  /** ISO 8601. */
  asOf: string;
}

export interface Fleet {
  /** Undefined before the first count. */
  find(): Promise<FleetCount | undefined>;
  note(count: FleetCount): Promise<void>;
}

/**
 * DynamoDB takes 1,000 units a second for one partition of an index
 * (https://repost.aws/knowledge-center/on-demand-table-throttling-dynamodb), and all open migrations are in one. So much of
 * it is for figures; the rest is for what must not wait.
 */
const UNITS_FOR_FIGURES = 400;
/** Of a write of a record at work, at 1 KB each: simulation/profile.json has its size. */
const UNITS_A_WRITE = 6;

/** How seldom figures are to be written where so many migrations are at work. */
export const betweenFiguresMs = ({ atWork }: Pick<FleetCount, 'atWork'>): number =>
  (1000 * atWork * UNITS_A_WRITE) / UNITS_FOR_FIGURES;

/** A rest is no longer than this: an operator looks at figures that are so old. */
const LONGEST_REST_SECONDS = 300;
/** A shorter one is not worth its state transitions. */
const SHORTEST_REST_SECONDS = 30;
/** A full sync gets faster at times: of what is expected to be left so much is slept through at the most. */
const SHARE_OF_REST = 0.25;
const SPREAD = 0.2;

/**
 * How long a watch of a full sync may rest, with nothing running; undefined when it should go on. It rests only where more
 * migrations are at work than Lambda is to carry at once, and while nothing can end soon.
 *
 * @param watchersAtOnce 0: it never rests
 * @param random from 0 to 1
 */
export const restSecondsOf = (
  atWork: number,
  watchersAtOnce: number,
  etaSeconds: number | undefined,
  random: () => number = Math.random,
): number | undefined => {
  if (watchersAtOnce === 0 || atWork <= watchersAtOnce || etaSeconds === undefined) return undefined;
  const spread = 1 + SPREAD * (2 * random() - 1);
  const seconds = Math.min(LONGEST_REST_SECONDS, Math.floor(etaSeconds * SHARE_OF_REST * spread));
  return seconds >= SHORTEST_REST_SECONDS ? seconds : undefined;
};
