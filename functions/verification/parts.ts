import { createHash } from 'node:crypto';
import { judge } from './judge.ts';
import type { KeyReader } from './ports.ts';
import type { Session } from './session.ts';

/** How the comparing of one piece of a big value ended. */
export type PartOutcome =
  /** Go on from here. */
  | { next: string }
  /** There are no more pieces. */
  | 'through'
  | { different: string }
  | 'unsettled'
  | 'waiting';

/**
 * Judges one thing that both sides tell as a short text, such as the digest of a piece.
 *
 * @param what tells a reader of the report what was different
 */
export const judgePart = async (
  session: Session,
  { database, key, ofStream = false }: { database: number; key: Buffer; ofStream?: boolean },
  read: (reader: KeyReader) => Promise<string>,
  what: string | ((source: string, target: string) => string),
  matches = 1,
): Promise<'same' | Exclude<PartOutcome, { next: string } | 'through'>> => {
  const [judged] = await judge(session, {
    database,
    items: [0],
    keyOf: () => key,
    isTold: () => !ofStream,
    read: async (reader: KeyReader) => [await read(reader)],
    same: (a, b) => a === b,
    matches,
  });
  if (!judged || judged.verdict === 'waiting') return 'waiting';
  if (judged.verdict !== 'different') return judged.verdict;
  return { different: typeof what === 'string' ? what : what(judged.source ?? '', judged.target ?? '') };
};

/** Elements with their lengths, as one digest. */
export const digestOf = (elements: readonly Buffer[]): string => {
  const hash = createHash('sha1');
  for (const element of elements) hash.update(`${element.length}:`).update(element);
  return hash.digest('hex');
};

/** What both sides answer, asked at the same time. */
export const ofBoth = async <T>(
  { source, target }: Session,
  read: (reader: KeyReader) => Promise<T>,
): Promise<[T, T]> => Promise.all([read(source), read(target)]);

/** Elements count less than keys: ten of them are about one. */
export const keysWorth = (elements: number): number => Math.ceil(elements / 10);
