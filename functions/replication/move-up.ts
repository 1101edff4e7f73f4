import type { Migrations, Workflow } from '../migration/ports.ts';
import { excessMs, type Line, type LineEnd, lookAheadOf, nearerTurns } from './line.ts';
import type { Clock } from './ports.ts';

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
 * a moment before): so many begin too early, and watching asks less often when it is refused.
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
   * @throws TransientServiceError
   */
  async (seen: LineEnd | undefined, waiting: number): Promise<number> => {
    const nowMs = clock.now();
    const unused = seen?.unused ?? 0;
    const byMs = seen ? excessMs(seen.nextMs, waiting, startsPerMinute, nowMs) : 0;
    if (seen && (byMs > 0 || unused > 0)) await line.shorten(seen, byMs);
    if (waiting === 0) return 0;

    const first = await migrations.inLine(lookAheadOf(startsPerMinute, unused));
    const turnsMs = first.map(({ turnAt = '' }) => Date.parse(turnAt));
    let called = 0;
    for (const [nth, turnMs] of nearerTurns(turnsMs, startsPerMinute, unused, nowMs).entries()) {
      const { taskToken } = first[nth] ?? {};
      if (turnMs === undefined || taskToken === undefined) continue;
      if (await workflow.resume(taskToken, { turnAt: new Date(turnMs).toISOString() })) called++;
    }
    return called;
  };
