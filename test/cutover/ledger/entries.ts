/** Where a client believes the primary to be. */
export type Side = 'source' | 'target';

export const WRITER_KINDS = ['set', 'multi', 'eval', 'push', 'pop', 'resp3', 'reconnecting', 'straggler'] as const;
/**
 * `push` and `pop` are the two ends of one queue (RPUSH, BLPOP); `resp3` has subscribed to a channel over the connection that
 * it writes by; `reconnecting` dials anew for each few writes; `straggler` never hears of the promotion.
 */
export type WriterKind = (typeof WRITER_KINDS)[number];

/** One write that a server acknowledged. Times in milliseconds by the machine's monotonic clock. */
export interface Entry {
  writer: string;
  kind: WriterKind | 'intruder';
  /** `set`: the key holds this value. `push`, `pop`: the list gained or gave this item. */
  act: 'set' | 'push' | 'pop';
  shard: number;
  key: string;
  value: string;
  side: Side;
  sentMs: number;
  ackedMs: number;
}

/** Everything that the writers of one cutover saw. */
export interface Log {
  entries: Entry[];
  /** BLPOPs that were never answered, by queue: each may have taken one item along. */
  unansweredPops: Map<string, number>;
  /** How often the source and the target said no. */
  refused: Record<Side, number>;
}

/** Milliseconds by a clock that all processes of this machine share. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
