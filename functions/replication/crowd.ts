import { TransientServiceError } from '../migration/errors.ts';
import type { Progress } from '../migration/record.ts';
import { betweenFiguresMs, type Fleet, restSecondsOf } from './fleet.ts';
import type { Look } from './look.ts';
import type { Clock } from './ports.ts';

/** Where nobody counts. */
export const ALONE: Pick<Fleet, 'find'> = { find: async () => undefined };

/** A count that is older than this says nothing of now. */
const COUNT_HOLDS_MS = 10 * 60_000;
/** So long it is looked before a rest: what the copy does has to be known. */
const LOOKS_FOR_MS = 10_000;
/** A buffer that holds more than this share of its limit is not left alone. */
const CALM_SHARE = 0.25;

/** What one watch may do for the others: write its figures less often, and rest. */
export const makeCrowd = async (fleet: Pick<Fleet, 'find'>, watchersAtOnce = 0, clock: Clock) => {
  const beganMs = clock.now();
  const count = await found(fleet);
  const holds = count && beganMs - Date.parse(count.asOf) < COUNT_HOLDS_MS;
  const atWork = holds ? count.atWork : 0;
  return {
    betweenFiguresMs: betweenFiguresMs({ atWork }),
    /** Undefined when it should go on: anything that is not a calm copy is looked at. */
    restSeconds({ states, nowMs, heldMs }: Look, { etaSeconds, buffer }: Progress): number | undefined {
      const isCalm =
        states.every(({ phase, foreign }) => phase === 'copying' && foreign === undefined) &&
        (buffer?.limitBytes === undefined || buffer.bytes <= buffer.limitBytes * CALM_SHARE) &&
        heldMs === nowMs;
      if (!isCalm || nowMs - beganMs < LOOKS_FOR_MS) return undefined;
      return restSecondsOf(atWork, watchersAtOnce, etaSeconds);
    },
  };
};

/** Without a count everything goes on as if there was nobody else. */
const found = async (fleet: Pick<Fleet, 'find'>) => {
  try {
    return await fleet.find();
  } catch (error) {
    if (error instanceof TransientServiceError) return undefined;
    throw error;
  }
};
