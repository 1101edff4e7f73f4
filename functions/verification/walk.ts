import { addCandidate, muchToJudge } from './candidates.ts';
import type { Place, Walk } from './checkpoint.ts';
import { compareBatch, mannerNow, TargetBehind } from './compare-batch.ts';
import { apart, takeIn } from './findings.ts';
import { unpackKeys } from './packed-keys.ts';
import type { KeyBatch, KeyState, Position } from './ports.ts';
import { isOver, type Session } from './session.ts';

/** Batches that are on their way at once in one direction, so that neither server waits for the other. */
const AT_ONCE = 4;

/** Names of more bytes at once, and fewer keys are asked for. */
const MANY_BYTES = 1_000_000;

/** Goes on with both directions until the step is over, there is enough to judge, or both are through. */
export const walkBoth = async (session: Session): Promise<void> => {
  const { forward, backward } = session.checkpoint;
  const next = forwardBatches(session, await session.source.position());
  await Promise.all([
    walk(session, 'source', forward, next),
    walk(session, 'target', backward, (...from) => backwardBatch(session, ...from)),
  ]);
};

/** What a SCAN gave, and the work that it brings. */
interface Batch {
  cursor: string;
  keys: KeyBatch;
  /** @param found where what it finds goes */
  rest: (found: Session) => Promise<void>;
}

const walk = async (
  session: Session,
  side: Place['side'],
  state: Walk,
  next: (database: number, cursor: string, count: number) => Promise<Batch>,
): Promise<void> => {
  const running = new Set<Promise<void>>();
  // Reading is ahead of the checkpoint's cursor.
  const ahead = structuredClone(state);
  let failure: { error: unknown } | undefined;
  // No more is taken in: there is no room, or the target is behind.
  let isFull = false;
  let last: Promise<void> = Promise.resolve();
  try {
    while (!ahead.done && ahead.database !== undefined && !failure && !isFull && !shouldStop(session)) {
      const [found, count] = [apart(session), Math.max(1, Math.floor(session.walkKeys / (state.narrow ?? 1)))];
      const batch = await next(ahead.database, ahead.cursor, count);
      const place = { side, from: ahead.cursor, to: batch.cursor };
      ahead.cursor = batch.cursor;
      if (batch.cursor === '0') nextDatabase(ahead);
      const after = structuredClone(ahead);
      const work = Promise.all([batch.rest(found), last]).then(
        () => {
          if (failure || isFull) return;
          isFull = !takeIn(session, found, place, count === 1);
          if (!isFull) moveTo(state, after);
          adapt(session, state, isFull || batch.keys.packed.length > MANY_BYTES);
        },
        (error: unknown) => {
          if (error instanceof TargetBehind) isFull = true;
          else failure ??= { error };
        },
      );
      last = work;
      running.add(work);
      void work.then(() => running.delete(work));
      await session.pace(batch.keys.count);
      if (running.size >= AT_ONCE) await Promise.race(running);
    }
  } finally {
    await Promise.all(running);
  }
  if (failure) throw failure.error;
};

const moveTo = (state: Walk, { database, cursor, fromDatabase }: Walk): void => {
  Object.assign(state, { database, cursor, fromDatabase });
  if (database === undefined) delete state.database;
};

const adapt = ({ walkKeys }: Session, state: Walk, isTooMuch: boolean): void => {
  const { narrow = 1 } = state;
  state.narrow = isTooMuch ? Math.min(walkKeys, 2 * narrow) : narrow / 2;
  if (state.narrow <= 1) delete state.narrow;
};

const nextDatabase = (state: Walk): void => {
  if (state.database !== undefined) state.fromDatabase = state.database + 1;
  delete state.database;
};

const shouldStop = (session: Session): boolean => isOver(session) || muchToJudge(session);

/** Source to target: what is missing, or different. */
const forwardBatches = (session: Session, position: Position) => {
  // Asked beside each batch for the next one: what is older than needed is only more careful, and nothing waits for it.
  let known = position;
  return async (database: number, cursor: string, count: number): Promise<Batch> => {
    const [manner, begun] = [mannerNow(session), known];
    const { source } = session;
    const [walked, now] = await Promise.all([source.walk(database, cursor, count, manner), source.position()]);
    known = now;
    const { cursor: next, keys, ...folded } = walked;
    return { cursor: next, keys, rest: (found) => compareBatch(found, database, keys, folded, manner, begun) };
  };
};

/** Target to source: what the source does not have. */
const backwardBatch = async (session: Session, database: number, cursor: string, count: number): Promise<Batch> => {
  const { cursor: next, keys } = await session.target.scan(database, cursor, count);
  return { cursor: next, keys, rest: (found) => lookFor(found, database, keys) };
};

const NOWHERE: KeyState = { type: 'none', expiresAtMs: -1, length: 0 };

export const lookFor = async (session: Session, database: number, keys: KeyBatch): Promise<void> => {
  const absent = await session.source.absent(database, keys);
  session.checkpoint.counts.lookedFor += keys.count;
  if (absent.length === 0) return;
  const names = unpackKeys(keys);
  for (const position of absent) {
    const key = (names[position] as Buffer).toString('base64');
    addCandidate(session, { database, key }, NOWHERE);
  }
};
