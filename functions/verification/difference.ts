import { type PrintedName, printable } from '../migration/key-name.ts';
import type { KeyState } from './ports.ts';

export { printable };

export type DifferenceKind = 'missing' | 'extra' | 'type' | 'value' | 'ttl';

/** One side of a difference. */
export interface Side {
  type: string;
  /** The first 16 hex digits of the value's digest; absent for big values. */
  digest?: string;
  /** Epoch milliseconds. */
  expiresAtMs?: number;
  /** Bytes of a string, elements of anything else. */
  length: number;
}

export interface Difference extends PrintedName {
  database: number;
  kind: DifferenceKind;
  source?: Side;
  target?: Side;
  note?: string;
}

export const sideOf = (state: KeyState): Side | undefined =>
  state.type === 'none'
    ? undefined
    : {
        type: state.type,
        ...(state.digest !== undefined && { digest: state.digest.slice(0, 16) }),
        ...(state.expiresAtMs >= 0 && { expiresAtMs: state.expiresAtMs }),
        length: state.length,
      };

/** Whether two states are of one key that is the same on both sides. Big values count as equal here: they are compared elsewhere. */
export const sameState = (a: KeyState, b: KeyState, ttlToleranceMs: number): boolean =>
  a.type === b.type && a.digest === b.digest && sameExpiry(a, b, ttlToleranceMs);

/** Whether a server tells of all writes to it (WATCH): not of those to a stream's groups (measured on redis-server 7.0.15). */
export const isTold = ({ type }: KeyState): boolean => type !== 'stream';

export const sameExpiry = (a: KeyState, b: KeyState, ttlToleranceMs: number): boolean =>
  a.expiresAtMs < 0 || b.expiresAtMs < 0
    ? a.expiresAtMs === b.expiresAtMs
    : Math.abs(a.expiresAtMs - b.expiresAtMs) <= ttlToleranceMs;

/** What is wrong with a key that is not the same on both sides; `value` stands before `ttl` where both are wrong. */
export const kindOf = (source: KeyState, target: KeyState): DifferenceKind => {
  if (target.type === 'none') return 'missing';
  if (source.type === 'none') return 'extra';
  if (source.type !== target.type) return 'type';
  return source.digest === target.digest ? 'ttl' : 'value';
};
