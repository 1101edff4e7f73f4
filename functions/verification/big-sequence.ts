import type { BigProgress } from './checkpoint.ts';
import { STRING_PART_BYTES } from './limits.ts';
import { digestOf, judgePart, keysWorth, ofBoth, type PartOutcome } from './parts.ts';
import type { KeyReader } from './ports.ts';
import type { Session } from './session.ts';
import { hasApplied, samePosition } from './stillness.ts';

/** Bytes that are read at the price of one key. */
const KEY_BYTES = 10_000;

/** The next bytes of a string. */
export const stringPart = (
  session: Session,
  database: number,
  key: Buffer,
  { position }: BigProgress,
): Promise<PartOutcome> => {
  const from = Number(position);
  const read = async (reader: KeyReader) => [
    await reader.stringPart(database, key, from, from + STRING_PART_BYTES - 1),
  ];
  return sequencePart(session, { database, key }, read, (parts) => parts[0]?.length ?? 0, from, 'byte', KEY_BYTES);
};

/**
 * The next elements of a list. What is taken at its head moves all others towards it, past the place that is read; counted
 * from the tail they stay where they are, and what is taken there moves them. So a list that may have moved is read both ways.
 */
export const listPart = (
  session: Session,
  database: number,
  key: Buffer,
  { position, elements, stage }: BigProgress,
): Promise<PartOutcome> => {
  const from = Number(position);
  const read = (reader: KeyReader) =>
    stage === 'fromTail'
      ? reader.listPart(database, key, -(from + elements), -(from + 1))
      : reader.listPart(database, key, from, from + elements - 1);
  return sequencePart(session, { database, key }, read, (parts) => parts.length, from, 'element', 10);
};

const sequencePart = async (
  session: Session,
  at: { database: number; key: Buffer },
  read: (reader: KeyReader) => Promise<Buffer[]>,
  lengthOf: (parts: Buffer[]) => number,
  from: number,
  unit: string,
  unitsOfKey: number,
): Promise<PartOutcome> => {
  const begun = await session.source.position();
  if (!(await hasApplied(session, begun.offset))) return 'waiting';
  const [left, right] = await ofBoth(session, read);
  const moved = !samePosition(begun, await session.source.position());
  const length = lengthOf(left);
  // What is equal while the source moves may be what it had a moment ago.
  if (moved || digestOf(left) !== digestOf(right)) {
    const judged = await judgePart(
      session,
      at,
      async (reader) => digestOf(await read(reader)),
      `different within ${length} ${unit}s from ${unit} ${from} on`,
    );
    if (judged !== 'same') return judged;
  }
  await session.pace(keysWorth((10 * length) / unitsOfKey));
  return length === 0 ? 'through' : { next: String(from + length) };
};
