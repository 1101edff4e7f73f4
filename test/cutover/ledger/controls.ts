import { bareDrain, openLines, unpause } from './bare.ts';
import type { Procedure } from './cutover.ts';

/** What everybody does who has no such service: promote. */
export const withoutFence: Procedure = async ({ groups }) => {
  await groups.complete();
  return { outcome: 'sent' };
};

/** The writes are paused until every node has applied them, and nothing else keeps them off when the pause ends. */
export const pauseOnly: Procedure = async ({ links, groups, drainBudgetMs }) => {
  const lines = await openLines(links);
  try {
    const drainMs = await bareDrain(lines, drainBudgetMs);
    await groups.complete();
    await unpause(lines);
    return { outcome: 'sent', drainMs };
  } finally {
    lines.close();
  }
};
