import { TransientServiceError } from '../migration/errors.ts';
import type { Migrations, Workflow } from '../migration/ports.ts';
import { excessMs, type Line, type LineEnd, lookAheadOf, nearerTurn } from './line.ts';
import type { Clock } from './ports.ts';

/** Who waits writes its record every 10 minutes: whoever has been silent for so long can be called by nobody. */
const SILENT_MS = 20 * 60_000;
/** Whoever still waits so long after its turn has had it, or has died before it. */
const HAD_ITS_TURN_MS = 2 * 60_000;
/** Calls that find nobody, in one sweep: each takes as long as one that does. */
const MOST_IN_VAIN = 200;

/**
 * Lets those in the line move up to where the turns of others came to nothing: who was aborted in the line is not there any
 * more, and who found at its turn that it may not start has given it back. So it is where StartsPerMinute was raised.
 *
 * 1. The line's end is drawn near to those who wait, so that whoever comes now waits behind them, and no longer.
 * 2. The first of them, by when they were accepted, are called to their new turns, one every so many seconds: no more begin
 *    in a minute than may (two times as many again where as many turns were given back), and in their order.
 *
 * Nobody depends on it. A turn that somebody has is kept, should nobody call; it is never put off, so a StartsPerMinute that
 * was lowered holds for those who come from then on. The count may miss some who have just come (the index is read as it was
 * a moment before): so many begin too early, and watching asks less often when it is refused. So a call that is throttled
 * ends the calls and no more: the next sweep begins with the same ones.
 *
 * Whoever has died in the line, and whose end is not recorded yet, has no place: it is found by a call that finds nobody.
 *
 * @param startsPerMinute 0: all may begin, 200 in each sweep
 */
export const makeMoveUp =
  (
    line: Pick<Line, 'shorten'>,
    migrations: Pick<Migrations, 'inLine'>,
    workflow: Pick<Workflow, 'resume'>,
    startsPerMinute: number,
    clock: Pick<Clock, 'now'>,
  ) =>
  /**
   * @param seen the line's end as it was before they were counted
   * @returns how many were called
   * @throws TransientServiceError where the line or the index cannot be had
   */
  async (seen: LineEnd | undefined, waiting: number): Promise<number> => {
    const nowMs = clock.now();
    const unused = await shorten(seen, waiting, nowMs);
    if (waiting === 0) return 0;

    const places = lookAheadOf(startsPerMinute, unused);
    const first = await migrations.inLine(places + MOST_IN_VAIN, new Date(nowMs - SILENT_MS).toISOString());
    let [place, called, inVain] = [0, 0, 0];
    for (const { turnAt = '', taskToken } of first) {
      if (place >= places || inVain >= MOST_IN_VAIN) break;
      const turnMs = Date.parse(turnAt);
      if (turnMs < nowMs - HAD_ITS_TURN_MS) continue;
      const nearerMs = nearerTurn(place, turnMs, startsPerMinute, unused, nowMs);
      if (nearerMs !== undefined && taskToken !== undefined) {
        const answered = await call(taskToken, nearerMs);
        if (answered === 'throttled') break;
        if (answered === 'nobody') {
          inVain++;
          continue;
        }
        called++;
      }
      place++;
    }
    return called;

    /** Answers the turns given back that this sweep may make up for: of two who have seen the same, one does. */
    async function shorten(seen: LineEnd | undefined, waiting: number, nowMs: number): Promise<number> {
      if (!seen) return 0;
      const byMs = excessMs(seen.nextMs, waiting, startsPerMinute, nowMs);
      if (byMs === 0 && seen.unused === 0) return 0;
      return (await line.shorten(seen, byMs)) ? seen.unused : 0;
    }

    async function call(taskToken: string, turnMs: number): Promise<'called' | 'nobody' | 'throttled'> {
      try {
        const turnAt = new Date(turnMs).toISOString();
        return (await workflow.resume(taskToken, { turnAt })) ? 'called' : 'nobody';
      } catch (error) {
        if (error instanceof TransientServiceError) return 'throttled';
        throw error;
      }
    }
  };
