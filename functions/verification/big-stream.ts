import type { BigProgress } from './checkpoint.ts';
import { printable } from './difference.ts';
import { digestOf, judgePart, keysWorth, ofBoth, type PartOutcome } from './parts.ts';
import type { KeyReader, StreamFacts } from './ports.ts';
import type { Session } from './session.ts';

type Page = { id: string; entry: Buffer }[];

/** The id after this one. */
export const nextId = (id: string): string => {
  const [ms = '0', sequence = '0'] = id.split('-');
  const next = BigInt(sequence) + 1n;
  return next > 0xffff_ffff_ffff_ffffn ? `${BigInt(ms) + 1n}-0` : `${ms}-${next}`;
};

/** The next entries of a stream. */
export const entriesPart = (
  session: Session,
  database: number,
  key: Buffer,
  { position, elements }: BigProgress,
): Promise<PartOutcome> =>
  page(
    session,
    { database, key, ofStream: true },
    (reader, to, count) => reader.streamPart(database, key, position, to, count),
    elements,
    `entries from id ${position} on are different`,
  );

/** What a stream has besides its entries: length, ids, groups and their consumers. */
export const factsPart = async (session: Session, database: number, key: Buffer): Promise<PartOutcome> => {
  const read = async (reader: KeyReader) => factsText(await reader.streamFacts(database, key, session.manner));
  const judged = await judgePart(session, { database, key, ofStream: true }, read, differentFacts);
  return judged === 'same' ? 'through' : judged;
};

/** The next pending entries of the first group of a stream that is not through. */
export const pendingPart = async (
  session: Session,
  database: number,
  key: Buffer,
  progress: BigProgress,
): Promise<PartOutcome | 'nextGroup'> => {
  const { position, elements, group = '' } = progress;
  const { groups } = await session.source.streamFacts(database, key, session.manner);
  // In the order of digests, which are short; groups may come and go in between.
  const [next] = groups
    .map(({ name }) => ({ name, digest: digestOf([name]) }))
    .sort((a, b) => (a.digest < b.digest ? -1 : 1))
    .filter(({ digest }) => digest > group);
  if (!next) return 'through';
  const { name } = next;
  const outcome = await page(
    session,
    { database, key, ofStream: true },
    (reader, to, count) => reader.pendingPart(database, key, name, position, to, count),
    elements,
    `pending entries of group ${printable(name).key} from id ${position} on are different`,
  );
  if (outcome !== 'through') return outcome;
  progress.group = next.digest;
  return 'nextGroup';
};

const page = async (
  session: Session,
  at: { database: number; key: Buffer; ofStream: true },
  read: (reader: KeyReader, to: string, count: number) => Promise<Page>,
  elements: number,
  what: string,
): Promise<PartOutcome> => {
  const listed = await read(session.source, '+', elements);
  const last = listed.at(-1)?.id;
  if (last === undefined) return 'through';
  // Twice as many: what the target has besides shows.
  const ofRange = async (reader: KeyReader) => textOf(await read(reader, last, 2 * elements));
  const [left, right] = await ofBoth(session, ofRange);
  if (left !== right) {
    const judged = await judgePart(session, at, ofRange, what);
    if (judged !== 'same') return judged;
  }
  await session.pace(keysWorth(listed.length));
  return { next: nextId(last) };
};

const textOf = (entries: Page): string => digestOf(entries.map(({ entry }) => entry));

/** One line for each fact, so that a report can say which is different. */
const factsText = ({ length, lastId, entriesAdded, maxDeletedId, groups }: StreamFacts): string =>
  [
    `length ${length}`,
    `last id ${lastId}`,
    `entries added ${entriesAdded}`,
    `max deleted id ${maxDeletedId}`,
    ...groups.flatMap(({ name, lastDeliveredId, pending, consumers }) => [
      `group ${printable(name).key} ${name.toString('base64')}: last delivered ${lastDeliveredId}, pending ${pending}`,
      ...consumers.map(
        (one) => `consumer ${printable(one.name).key} ${one.name.toString('base64')}: pending ${one.pending}`,
      ),
    ]),
  ].join('\n');

const differentFacts = (source: string, target: string): string => {
  const [left, right] = [source.split('\n'), target.split('\n')];
  const at = left.findIndex((line, index) => line !== right[index]);
  return `${left[at] ?? 'nothing'} against ${right[at < 0 ? left.length : at] ?? 'nothing'}`.slice(0, 200);
};
