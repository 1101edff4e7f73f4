import { type Fleet, startWaitSeconds } from './fleet.ts';
import type { Clock } from './ports.ts';

/** Many migrations came together: this one is to come again later. */
export interface Queued {
  verdict: 'queued';
  waitSeconds: number;
}

/**
 * Lets a task begin when it is its migration's turn: many that begin together would ask more of ElastiCache than it answers,
 * and take every place in Lambda. Who has waited is not asked to wait again.
 *
 * @param startsPerMinute 0: nobody waits
 * @throws TransientServiceError
 */
export const makeInTurn =
  <Input, Output>(
    begin: (input: Input) => Promise<Output>,
    fleet: Pick<Fleet, 'takeTurn'>,
    startsPerMinute: number,
    clock: Pick<Clock, 'now'>,
  ) =>
  async (input: Input & { hasTurn?: boolean }): Promise<Output | Queued> => {
    const waitSeconds = input.hasTurn ? 0 : await startWaitSeconds(fleet, startsPerMinute, clock.now());
    return waitSeconds > 0 ? { verdict: 'queued', waitSeconds } : begin(input);
  };
