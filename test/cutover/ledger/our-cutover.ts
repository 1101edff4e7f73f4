import type { FenceChoice } from '../../../functions/migration/fence.ts';
import type { Servers } from '../../../functions/preflight/ports.ts';
import { engineFor } from '../support/engine.ts';
import type { Procedure } from './cutover.ts';
import { monotonicMs } from './entries.ts';

/** When the first of some commands was sent: by the clock of the ledger, finer than what the fence's record tells. */
interface Times {
  pausedMs?: number;
  fencedMs?: number;
}

/** The service's own cutover, over real servers; only its table and ElastiCache are played. */
export const ourCutoverBy =
  (fence: FenceChoice): Procedure =>
  async ({ links, groups, drainBudgetMs }) => {
    const times: Times = {};
    const { cutOver } = await engineFor(links, { groups });
    const result = await cutOver({
      cutover: { fence, drainBudgetMs },
      world: ({ open }) => ({ open: timed(open, times) }),
    });
    if (result.outcome === 'backedOut') return { outcome: 'backedOut', reason: result.reason };
    const { pausedMs = Number.NaN, fencedMs = Number.NaN } = times;
    const sentMs = groups.completedMs ?? Number.NaN;
    return { outcome: 'sent', drainMs: fencedMs - pausedMs, freezeMs: sentMs - pausedMs };
  };

export const ourCutover: Procedure = ourCutoverBy('auto');

const timed =
  (open: Servers['open'], times: Times): Servers['open'] =>
  async (endpoint, untilMs) => {
    const session = await open(endpoint, untilMs);
    const { askAll } = session;
    session.askAll = (commands) => {
      const words = commands.map((command) => command.slice(0, 2).join(' ').toUpperCase());
      if (words.includes('CLIENT PAUSE')) times.pausedMs ??= monotonicMs();
      if (words.some((word) => word === 'ACL SETUSER' || word === 'CONFIG SET')) times.fencedMs ??= monotonicMs();
      return askAll.call(session, commands);
    };
    return session;
  };
