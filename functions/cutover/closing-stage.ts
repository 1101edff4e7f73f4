import type { Look } from '../replication/look.ts';
import { type PromotionState, unfollowing } from './promotion.ts';
import type { PromotionResult } from './promotion-result.ts';

/**
 * The second stage, after the promotion was proven and told: it closes when the group is whole again, or when its time is
 * over, saying what is not as it should be. What is proven stays so: an event that calls it a failure is told, no more.
 *
 * @returns undefined while the group may still become whole
 */
export const closeWhenWhole = (
  { group, readings, nowMs }: Look,
  judged: PromotionState,
  timeIsOver: boolean,
): Extract<PromotionResult, { outcome: 'closed' }> | undefined => {
  const missing = unfollowing(readings);
  const isWhole = judged.state === 'promoted' && missing.length === 0 && group.status === 'available';
  if (!isWhole && !timeIsOver) return undefined;
  const evidence = isWhole
    ? 'every replica follows its primary, and the status is available'
    : `not following their primary: ${missing.join(', ') || 'none'}; ${judged.evidence}`;
  const closedAt = new Date(nowMs).toISOString();
  return { outcome: 'closed', closedAt, evidence, replicasFollow: missing.length === 0 };
};
