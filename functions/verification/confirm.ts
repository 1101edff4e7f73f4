import { createHash } from 'node:crypto';
import {
  type Checkpoint,
  MAX_CONFIRMED,
  MAX_DIFFERENCES,
  MAX_DIFFERENCES_CHARACTERS,
  MAX_UNTOLD,
} from './checkpoint.ts';
import { type Difference, type DifferenceKind, printable, sideOf } from './difference.ts';
import type { KeyState } from './ports.ts';

export interface Finding {
  database: number;
  key: Buffer;
  kind: DifferenceKind;
  source?: KeyState;
  target?: KeyState;
  note?: string | undefined;
}

/** Counts a confirmed difference, once for each key however often SCAN returns it, and keeps the first ones. */
export const confirm = (checkpoint: Checkpoint, finding: Finding): void => {
  const hash = shortHash(finding);
  if (checkpoint.confirmed.includes(hash)) return;
  if (checkpoint.confirmed.length < MAX_CONFIRMED) checkpoint.confirmed.push(hash);
  checkpoint.counts.differences[finding.kind]++;
  if (checkpoint.differences.length >= MAX_DIFFERENCES) return;
  const differences = [...checkpoint.differences, toDifference(finding)];
  if (JSON.stringify(differences).length <= MAX_DIFFERENCES_CHARACTERS) checkpoint.differences = differences;
};

/** Counts a key of which nobody can say whether it is the same. */
export const leaveUntold = (
  checkpoint: Checkpoint,
  why: 'unsettled' | 'unreadable',
  database: number,
  key: Buffer,
  note: string,
): void => {
  checkpoint.counts[why]++;
  keepUntold(checkpoint, `${printable(key).key} in database ${database}: ${note}`);
};

export const keepUntold = ({ untold }: Checkpoint, text: string): void => {
  if (untold.length < MAX_UNTOLD && !untold.includes(text)) untold.push(text);
};

const shortHash = ({ database, key }: Finding): string =>
  createHash('sha1').update(`${database}:`).update(key).digest('base64').slice(0, 8);

const toDifference = ({ database, key, kind, source, target, note }: Finding): Difference => {
  const [sourceSide, targetSide] = [source && sideOf(source), target && sideOf(target)];
  return {
    database,
    ...printable(key),
    kind,
    ...(sourceSide && { source: sourceSide }),
    ...(targetSide && { target: targetSide }),
    ...(note !== undefined && { note }),
  };
};
