import type { Migrations } from '../migration/ports.ts';
import { type Line, takeBeginning } from './line.ts';
import type { Clock } from './ports.ts';

/** Many migrations came together: this one is to come again later. */
export interface Queued {
  verdict: 'queued';
  /** ISO 8601. When it begins, unless it is called before. */
  turnAt: string;
}

/**
 * Lets a task begin when it is its migration's turn: many that begin together would ask more of ElastiCache than it answers,
 * and take every place in Lambda. A migration takes one turn, however often the task is tried again; one that has waited is
 * not asked to wait again.
 *
 * A turn is when a migration begins at the latest. Those of migrations that are aborted in the line, and of those that find
 * that they may not start (`verdict: failed`), come to nothing: the sweeper sees who really waits, and calls these earlier.
 *
 * @param startsPerMinute 0: nobody waits
 * @throws TransientServiceError
 */
export const makeInTurn =
  <Input extends { migrationId: string }, Output extends { verdict: string }>(
    begin: (input: Input) => Promise<Output>,
    line: Pick<Line, 'takeTurn' | 'giveBack'>,
    migrations: Pick<Migrations, 'find' | 'update'>,
    startsPerMinute: number,
    clock: Pick<Clock, 'now'>,
  ) =>
  async (input: Input & { hasTurn?: boolean }): Promise<Output | Queued> => {
    if (startsPerMinute === 0) return begin(input);
    if (!input.hasTurn) {
      const turnAt = (await migrations.find(input.migrationId))?.turnAt ?? (await takeTurn(input));
      if (Date.parse(turnAt) > clock.now()) return { verdict: 'queued', turnAt };
    }
    const output = await begin(input);
    if (output.verdict === 'failed') await tryToGiveBack();
    return output;

    async function tryToGiveBack(): Promise<void> {
      try {
        await line.giveBack();
      } catch {
        // Nobody depends on it: those behind keep their turns. The findings must come out, and once.
      }
    }

    async function takeTurn({ migrationId }: Input): Promise<string> {
      const turnAt = new Date(await takeBeginning(line, startsPerMinute, clock.now())).toISOString();
      await migrations.update(migrationId, { turnAt });
      return turnAt;
    }
  };
