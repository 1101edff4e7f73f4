import type { WriteRate } from './facts.ts';
import type { Range } from './sync-model.ts';
import { UnreadableFieldError } from './unreadable.ts';

/** More than any server takes in. */
const MOST_BYTES_PER_SECOND = 1e12;

/**
 * Bytes a second that are written to the replication stream.
 * @throws {UnreadableFieldError} they are no such figures
 */
export const writeRate = ({ lowBytesPerSecond: low, highBytesPerSecond: high, windowMs }: WriteRate): Range => {
  if (!(windowMs > 0)) throw new UnreadableFieldError('writes', `it was measured over ${windowMs} ms`);
  if (!(low >= 0 && low <= high && high <= MOST_BYTES_PER_SECOND)) {
    throw new UnreadableFieldError('writes', `${low} to ${high} bytes a second are absurd`);
  }
  return { low, high };
};
