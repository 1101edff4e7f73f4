import { muchToJudge } from './candidates.ts';
import { compareBatch, mannerNow } from './compare-batch.ts';
import { identities, keysIn } from './servers.ts';
import { isOver, type Session } from './session.ts';
import { lookFor } from './walk.ts';

/** Drawn in one place: few, so that the sample is spread out. */
const KEYS_AT_ONE_PLACE = 5;
const AT_ONCE = 8;
/** Cursors count hash table buckets; servers take the low bits that they need. */
const CURSORS = 2 ** 40;

/**
 * Draws keys of both sides at random places until there are enough: the source's are compared, the target's looked for.
 * Keys are drawn with repetition, by the places of their hashes, which nobody chooses.
 */
export const sampleSome = async (session: Session): Promise<void> => {
  const { checkpoint, source, target } = session;
  const { counts, options, forward, backward } = checkpoint;
  const both = await identities(session);
  const [ofSource, ofTarget] = [keysIn(both.source, options), keysIn(both.target, options)];
  const enough = () => {
    forward.done = ofSource.length === 0 || counts.compared >= options.sampleKeys;
    backward.done = ofTarget.length === 0 || counts.lookedFor >= options.sampleKeys;
    return forward.done && backward.done;
  };
  const stop = () => enough() || isOver(session) || muchToJudge(session);

  const drawOne = async (): Promise<void> => {
    while (!stop()) {
      if (!forward.done) {
        const [database, manner] = [draw(ofSource, session.random), mannerNow(session)];
        const begun = await source.position();
        const { keys, ...folded } = await source.walk(database, randomCursor(session), KEYS_AT_ONE_PLACE, manner);
        await compareBatch(session, database, keys, folded, manner, begun);
        await session.pace(keys.count);
      }
      if (!backward.done) {
        const database = draw(ofTarget, session.random);
        const { keys } = await target.scan(database, randomCursor(session), KEYS_AT_ONE_PLACE);
        await lookFor(session, database, keys);
        await session.pace(keys.count);
      }
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
