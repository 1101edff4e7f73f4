import type { Entry, Log, Side } from './entries.ts';

/** What one server holds of what was written. */
export interface Contents {
  /** Values by key. */
  values: ReadonlyMap<string, string>;
  /** Items by queue. */
  lists: ReadonlyMap<string, readonly string[]>;
}

/** What is known of the cutover itself, by the same clock as the entries. */
export interface Course {
  /** Who is the primary now. */
  primary: Side;
  /** From here on the source has a durable fence: nothing that is sent to it later may be acknowledged. */
  sealedMs?: number;
  /** By shard: when the target was told to be a primary. Without it the target may have taken nothing. */
  promotedMs: readonly (number | undefined)[];
}

export interface Verdict {
  /** Acknowledged writes, by kind of writer. */
  acknowledged: Record<string, number>;
  total: number;
  refused: Record<Side, number>;
  /** Acknowledged, and not on the primary. */
  lost: number;
  /** Taken by the source although its fence stood. */
  late: number;
  /** Taken by the target although it was no primary yet. */
  early: number;
  /** Given out by both sides. */
  twice: number;
  /** The first of each. */
  examples: string[];
}

const MOST_EXAMPLES = 5;

/** Holds every acknowledged write against what the primary of its shard holds. */
export const judge = (
  { entries, unansweredPops, refused }: Log,
  contents: readonly Contents[],
  course: Course,
): Verdict => {
  const lost: string[] = [];
  const acknowledged: Record<string, number> = {};
  const isEarly = ({ side, shard, ackedMs }: Entry) =>
    side === 'target' && ackedMs < (course.promotedMs[shard] ?? Number.POSITIVE_INFINITY);
  for (const entry of entries) {
    const { kind, act, key, value, shard, side } = entry;
    acknowledged[kind] = (acknowledged[kind] ?? 0) + 1;
    // What an intruder wrote to a server that was nobody's primary was never the application's.
    if (act !== 'set' || (kind === 'intruder' && (course.primary === 'source' || isEarly(entry)))) continue;
    if (contents[shard]?.values.get(key) !== value) lost.push(`${kind} ${key}, acknowledged by the ${side}`);
  }
  const queues = judgeQueues(entries, contents, unansweredPops);
  const late = entries.filter(({ side, sentMs }) => side === 'source' && sentMs > (course.sealedMs ?? Infinity));
  const early = entries.filter(isEarly);
  const name = (what: string) => (entry: Entry) => `${what}: ${entry.kind} ${entry.key} ${entry.value}`;
  return {
    acknowledged,
    total: entries.length,
    refused,
    lost: lost.length + queues.lost.length,
    late: late.length,
    early: early.length,
    twice: queues.twice.length,
    examples: [
      ...[...lost, ...queues.lost].slice(0, MOST_EXAMPLES).map((what) => `lost: ${what}`),
      ...late.slice(0, MOST_EXAMPLES).map(name('late')),
      ...early.slice(0, MOST_EXAMPLES).map(name('early')),
      ...queues.twice.slice(0, MOST_EXAMPLES).map((what) => `twice: ${what}`),
    ],
  };
};

/** True when nothing was lost and never both sides took writes. */
export const isClean = ({ lost, late, early, twice }: Verdict): boolean => lost + late + early + twice === 0;

/**
 * A pushed item is in the queue, or somebody got it. Who asked and never heard may have got it too: BLPOP gives at most
 * once. An item that somebody got and that is still there, or that two got, shows a BLPOP that is lost.
 */
const judgeQueues = (
  entries: readonly Entry[],
  contents: readonly Contents[],
  unansweredPops: ReadonlyMap<string, number>,
): { lost: string[]; twice: string[] } => {
  const lost: string[] = [];
  const twice: string[] = [];
  for (const [queue, moves] of Map.groupBy(
    entries.filter(({ act }) => act !== 'set'),
    ({ key }) => key,
  )) {
    const left = new Set(contents[moves[0]?.shard ?? 0]?.lists.get(queue));
    const got = new Set<string>();
    for (const { act, value } of moves) {
      if (act !== 'pop') continue;
      if (got.has(value)) twice.push(`${queue} ${value}`);
      else if (left.has(value)) lost.push(`the BLPOP of ${queue} ${value}`);
      got.add(value);
    }
    const gone = moves.filter(({ act, value }) => act === 'push' && !left.has(value) && !got.has(value));
    if (gone.length > (unansweredPops.get(queue) ?? 0)) {
      lost.push(...gone.slice(unansweredPops.get(queue)).map(({ value }) => `the RPUSH of ${queue} ${value}`));
    }
  }
  return { lost, twice };
};
