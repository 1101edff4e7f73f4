import type { ReplicaLimit } from '../replication/replica-limit.ts';

/** A figure between two estimates. */
export interface Range {
  low: number;
  high: number;
}

/**
 * The copy may be faster than expected, but not by much: the expected speed is that of a quiet source. Writes slow it: with
 * 48 MB/s of them a full sync of 314 MB took 1.6 times as long as without, on two cores (measured).
 */
const FASTER = 1.5;
const SLOWER = 2;
/** Handshake, fork, and the end of the load until the target acknowledges: the small part that does not grow with the data. */
const AROUND_SECONDS = 1;

/** From the fork until the target reads the stream. */
export const syncTime = (expectedCopySeconds: number): Range => ({
  low: expectedCopySeconds / FASTER,
  high: expectedCopySeconds * SLOWER + AROUND_SECONDS,
});

/** Until the target reads the stream the source keeps all of it for the replica, from the fork on. */
export const peakOf = (writeBytesPerSecond: Range, seconds: Range): Range => ({
  low: Math.floor(writeBytesPerSecond.low * seconds.low),
  high: Math.ceil(writeBytesPerSecond.high * seconds.high),
});

/** The server compares whole seconds of its clock: a second more or less of the time above the soft limit is up to chance. */
const CLOCK_SECONDS = 1;

export type Outcome = 'pass' | 'tight' | 'willFail';

/** Passes when even the high estimate stays below the limit; fails when even the low one is over it. */
export const outcomeOf = (rate: Range, seconds: Range, limit: ReplicaLimit): Outcome => {
  if (closes(rate.low, seconds.low, limit, CLOCK_SECONDS)) return 'willFail';
  return closes(rate.high, seconds.high, limit, 0) ? 'tight' : 'pass';
};

/** Whether a stream of this rate, kept for so long, is closed. `surelySeconds`: how much longer than the soft limit's time. */
const closes = (bytesPerSecond: number, seconds: number, limit: ReplicaLimit, surelySeconds: number): boolean => {
  if (limit.hardBytes > 0 && bytesPerSecond * seconds >= limit.hardBytes) return true;
  if (limit.softBytes === 0 || bytesPerSecond === 0) return false;
  const aboveSoftSeconds = seconds - limit.softBytes / bytesPerSecond;
  return aboveSoftSeconds > 0 && aboveSoftSeconds > limit.softSeconds + surelySeconds;
};
