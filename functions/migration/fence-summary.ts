import type { FenceSummary } from './cutover-record.ts';
import type { FenceRecord } from './fence.ts';

/** What the view shows of a fence: no user's rules, and no names of connections. */
export const toFenceSummary = (fence: FenceRecord): FenceSummary => {
  const { kind, phase, nodes, openedAt, times, sealedAt, liftedAt, liftedBecause, givenUp } = fence;
  const { frozenAt, drainedAt, fencedAt } = times;
  return {
    kind,
    phase,
    nodes: nodes.length,
    openedAt,
    ...(frozenAt && { frozenAt }),
    ...(drainedAt && { drainedAt }),
    ...(frozenAt && drainedAt && { drainMs: Date.parse(drainedAt) - Date.parse(frozenAt) }),
    ...(fencedAt && { fencedAt }),
    ...(sealedAt && { sealedAt }),
    ...(liftedAt && { liftedAt }),
    ...(liftedBecause && { liftedBecause }),
    ...(givenUp && { givenUp }),
  };
};
