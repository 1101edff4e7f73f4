import type { BigProgress } from './checkpoint.ts';
import { printable } from './difference.ts';
import { judge } from './judge.ts';
import { keysWorth, type PartOutcome } from './parts.ts';
import type { Collection, KeyReader } from './ports.ts';
import type { Session } from './session.ts';
import { hasApplied, samePosition } from './stillness.ts';

/** The next elements of a hash, set or sorted set as one side lists them, looked up on the other. SCAN may repeat elements, which does no harm. */
export const collectionPart = async (
  session: Session,
  database: number,
  key: Buffer,
  { type, position, elements }: BigProgress,
  from: 'source' | 'target',
): Promise<PartOutcome> => {
  const { source, target, manner } = session;
  const [listing, other] = from === 'source' ? [source, target] : [target, source];
  const collection = type as Collection;
  const begun = await source.position();
  if (!(await hasApplied(session, begun.offset))) return 'waiting';
  const page = await listing.members(database, key, collection, position, elements, manner);
  const found = await other.valuesOf(database, key, collection, page.members, manner);
  // What is equal while the source moves may be what it had a moment ago.
  const moved = !samePosition(begun, await source.position());
  const doubtful = page.members.filter((_, at) => moved || !same(page.values[at], found[at]));
  if (doubtful.length > 0) {
    const judged = await judge(session, {
      database,
      items: doubtful,
      keyOf: () => key,
      isTold: () => true,
      read: (reader: KeyReader, members) => reader.valuesOf(database, key, collection, members, manner),
      same,
    });
    const different = judged.find(({ verdict }) => verdict === 'different');
    if (different) return { different: describe(different.item, different.source, different.target) };
    if (judged.some(({ verdict }) => verdict === 'waiting')) return 'waiting';
    if (judged.some(({ verdict }) => verdict === 'unsettled')) return 'unsettled';
  }
  await session.pace(keysWorth(page.members.length));
  return page.cursor === '0' ? 'through' : { next: page.cursor };
};

const same = (a: Buffer | undefined, b: Buffer | undefined): boolean =>
  a === undefined || b === undefined ? a === b : a.equals(b);

const describe = (member: Buffer, source: Buffer | undefined, target: Buffer | undefined): string => {
  const name = printable(member).key;
  if (target === undefined) return `element ${name} is missing`;
  return source === undefined ? `element ${name} is only on the target` : `element ${name} is different`;
};
