import { addCandidate, muchToJudge } from './candidates.ts';
import type { Walk } from './checkpoint.ts';
import { compareBatch, mannerNow } from './compare-batch.ts';
import { unpackKeys } from './packed-keys.ts';
import type { KeyBatch, KeyState, Position } from './ports.ts';
import { isOver, type Session } from './session.ts';

/** Batches that are on their way at once in one direction, so that neither server waits for the other. */
const AT_ONCE = 4;

/** Goes on with both directions until the step is over, there is enough to judge, or both are through. */
export const walkBoth = async (session: Session): Promise<void> => {
  const { forward, backward } = session.checkpoint;
  const next = forwardBatches(session, await session.source.position());
  await Promise.all([
    walk(session, forward, next),
    walk(session, backward, (database, cursor) => backwardBatch(session, database, cursor)),
  ]);
};

/** What a SCAN gave, and the work that it brings. */
interface Batch {
  cursor: string;
  keys: KeyBatch;
  rest: () => Promise<void>;
}

const walk = async (
  session: Session,
  state: Walk,
  next: (database: number, cursor: string) => Promise<Batch>,
): Promise<void> => {
  const running = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  try {
    while (!state.done && state.database !== undefined && !failure && !shouldStop(session)) {
      const batch = await next(state.database, state.cursor);
      const work = batch.rest().then(
        () => undefined,
        (error: unknown) => {
          failure ??= { error };
        },
      );
      running.add(work);
      void work.then(() => running.delete(work));
      // The cursor moves on before the work is done: the step returns only when all of it is.
      state.cursor = batch.cursor;
      if (batch.cursor === '0') nextDatabase(state);
      await session.pace(batch.keys.count);
      if (running.size >= AT_ONCE) await Promise.race(running);
    }
  } finally {
    await Promise.all(running);
  }
  if (failure) throw failure.error;
};

const nextDatabase = (state: Walk): void => {
  if (state.database !== undefined) state.visited.push(state.database);
  delete state.database;
};

const shouldStop = (session: Session): boolean => isOver(session) || muchToJudge(session);

/** Source to target: what is missing, or different. */
const forwardBatches = (session: Session, position: Position) => {
  // Asked beside each batch for the next one: what is older than needed is only more careful, and nothing waits for it.
  let known = position;
  return async (database: number, cursor: string): Promise<Batch> => {
    const [manner, begun] = [mannerNow(session), known];
    const { source } = session;
    const [walked, now] = await Promise.all([
      source.walk(database, cursor, session.walkKeys, manner),
      source.position(),
    ]);
    known = now;
    const { cursor: next, keys, ...folded } = walked;
    return { cursor: next, keys, rest: () => compareBatch(session, database, keys, folded, manner, begun) };
  };
};

/** Target to source: what the source does not have. */
const backwardBatch = async (session: Session, database: number, cursor: string): Promise<Batch> => {
  const { cursor: next, keys } = await session.target.scan(database, cursor, session.walkKeys);
  return { cursor: next, keys, rest: () => lookFor(session, database, keys) };
};

const NOWHERE: KeyState = { type: 'none', expiresAtMs: -1, length: 0 };

export const lookFor = async (session: Session, database: number, keys: KeyBatch): Promise<void> => {
  const absent = await session.source.absent(database, keys);
  session.checkpoint.counts.lookedFor += keys.count;
  if (absent.length === 0) return;
  const names = unpackKeys(keys);
  for (const position of absent) addCandidate(session, database, names[position] as Buffer, NOWHERE);
};
