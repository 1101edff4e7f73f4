import { muchToJudge } from './candidates.ts';
import type { Place } from './checkpoint.ts';
import { compareBatch, mannerNow, TargetBehind } from './compare-batch.ts';
import { apart, takeIn } from './findings.ts';
import { identities, keysIn } from './servers.ts';
import { isOver, type Session } from './session.ts';
import { lookFor } from './walk.ts';

/** Drawn in one place: few, so that the sample is spread out. */
const KEYS_AT_ONE_PLACE = 5;
const AT_ONCE = 8;
/** Cursors count hash table buckets; servers take the low bits that they need. */
const CURSORS = 2 ** 40;

type Drawn = Place & { database: number };

/**
 * Draws keys of both sides at random places until there are enough: the source's are compared, the target's looked for.
 * Keys are drawn with repetition, by the places of their hashes, which nobody chooses.
 */
export const sampleSome = async (session: Session): Promise<void> => {
  const { checkpoint, source, target } = session;
  const { counts, options, forward, backward } = checkpoint;
  const both = await identities(session);
  const [ofSource, ofTarget] = [keysIn(both.source, options), keysIn(both.target, options)];
  const isThrough = (side: Place['side'], databases: unknown[], drawn: number) =>
    databases.length === 0 || (drawn >= options.sampleKeys && !checkpoint.again?.some((one) => one.side === side));
  const enough = () => {
    forward.done = isThrough('source', ofSource, counts.compared);
    backward.done = isThrough('target', ofTarget, counts.lookedFor);
    return forward.done && backward.done;
  };
  const stop = () => enough() || isOver(session) || muchToJudge(session);

  const compareAt = async ({ database, from }: Drawn, found: Session): Promise<{ count: number; to: string }> => {
    const manner = mannerNow(session);
    const begun = await source.position();
    const { keys, cursor, ...folded } = await source.walk(database, from, KEYS_AT_ONE_PLACE, manner);
    await compareBatch(found, database, keys, folded, manner, begun);
    return { count: keys.count, to: cursor };
  };
  const lookForAt = async ({ database, from }: Drawn, found: Session): Promise<{ count: number; to: string }> => {
    const { keys, cursor } = await target.scan(database, from, KEYS_AT_ONE_PLACE);
    await lookFor(found, database, keys);
    return { count: keys.count, to: cursor };
  };

  const drawAt = async (drawn: Drawn): Promise<void> => {
    const found = apart(session);
    // To leave out a place because much is different there would make the sample a lie.
    const drawAgain = () => {
      checkpoint.again = [...(checkpoint.again ?? []), drawn];
    };
    try {
      const { count, to } = await (drawn.side === 'source' ? compareAt : lookForAt)(drawn, found);
      if (!takeIn(session, found, { side: drawn.side, from: drawn.from, to }, true)) drawAgain();
      await session.pace(count);
    } catch (error) {
      if (!(error instanceof TargetBehind)) throw error;
      drawAgain();
    }
  };
  const placeOn = (side: Place['side'], databases: [number, number][]): Drawn => {
    const again = checkpoint.again?.find((one) => one.side === side);
    if (!again) return { side, database: draw(databases, session.random), from: randomCursor(session), to: '0' };
    checkpoint.again = checkpoint.again?.filter((one) => one !== again) ?? [];
    return again;
  };

  const drawOne = async (): Promise<void> => {
    while (!stop()) {
      if (!forward.done) await drawAt(placeOn('source', ofSource));
      if (!backward.done) await drawAt(placeOn('target', ofTarget));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, drawOne));
};

const randomCursor = ({ random }: Session): string => String(Math.floor(random() * CURSORS));

/** A database, each as likely as it has keys. */
const draw = (databases: readonly [database: number, keys: number][], random: () => number): number => {
  const all = databases.reduce((sum, [, keys]) => sum + keys, 0);
  let at = random() * all;
  for (const [database, keys] of databases) {
    at -= keys;
    if (at < 0) return database;
  }
  return databases[0]?.[0] ?? 0;
};
