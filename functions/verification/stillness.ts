import type { Position, Watch } from './ports.ts';
import type { Session } from './session.ts';

/*
 * What the target has can be held against what the source has only where both are known for one moment: the source's keys
 * are not written to from one moment to another, and in between the target, which has applied all that the source had at
 * the first, is read. Without that a value that comes and goes, or a target that lags, can look right by chance.
 */

/** How long a target that is behind is waited for beyond the step's end. */
const GRACE_MS = 2000;
const LOOK_AGAIN_MS = 2;

export const samePosition = (a: Position, b: Position): boolean => a.offset === b.offset && a.changes === b.changes;

/** Waits until the target has applied the source's stream up to `offset`; false when the step ends before. */
export const hasApplied = async (session: Session, offset: number): Promise<boolean> => {
  const { target, clock, servers, checkpoint, untilMs, signal, shared } = session;
  if (!servers.linked) return true;
  for (;;) {
    // Known from before, or asked.
    if (shared.applied < offset) shared.applied = Math.max(shared.applied, await target.offset());
    if (shared.applied >= offset) {
      delete checkpoint.waiting.sinceMs;
      return true;
    }
    checkpoint.waiting.sinceMs ??= clock.now();
    if (signal?.aborted || clock.now() >= untilMs + GRACE_MS) return false;
    await clock.sleep(LOOK_AGAIN_MS);
  }
};

export interface Watched<Answer> {
  answer: Answer;
  /** Nobody wrote to the keys from before it all until after it all. Undefined where the source does not allow to ask. */
  untouched: boolean | undefined;
}

/** Does some reading while the source notes whether the keys are written to. */
export const whileWatching = async <Answer>(
  { source, canWatch }: Session,
  database: number,
  keys: readonly Buffer[],
  read: (watch?: Watch) => Promise<Answer>,
): Promise<Watched<Answer>> => {
  if (!canWatch) return { answer: await read(), untouched: undefined };
  const watch = await source.watch(database, keys);
  try {
    const answer = await read(watch);
    return { answer, untouched: await watch.untouched() };
  } finally {
    watch.end();
  }
};
