import type { FenceRecord } from '../migration/fence.ts';
import type { MigrationRecord } from '../migration/record.ts';
import type { Look } from '../replication/look.ts';
import type { PromotionState } from './promotion.ts';
import type { PromotionResult } from './promotion-result.ts';
import type { Witness } from './witness.ts';

/** Whether anybody still turns to the old primary. */
export interface Quietness {
  isQuiet: boolean;
  /** What is to be said of it at the end, if anything. */
  told?: string;
}

/** A fence that an operator has lifted, or that never was one, shows nobody. */
export const isWatched = (fence: FenceRecord | undefined): fence is FenceRecord =>
  fence !== undefined && fence.kind !== 'none' && fence.phase === 'sealed';

/** Since so long nobody has turned to the old primary, where that is asked for. */
export const quietFor = (quietSinceMs: number, nowMs: number, record: MigrationRecord | undefined): boolean =>
  nowMs - quietSinceMs >= (record?.cutoverSettings?.quietSeconds ?? 0) * 1000;

type Whole = Pick<Witness, 'missing' | 'whole'>;

const isWholeNow = ({ group, readings }: Look, judged: PromotionState, { missing }: Whole): boolean =>
  judged.state === 'promoted' && missing(readings).length === 0 && group.status === 'available';

/** What a migration that is not closed yet waits for, in words for the view. */
export const closingWaitsFor = (
  look: Look,
  judged: PromotionState,
  record: MigrationRecord | undefined,
  witness: Whole,
): string =>
  isWholeNow(look, judged, witness)
    ? `nobody to turn to the old primary for ${record?.cutoverSettings?.quietSeconds ?? 0} s, or a close`
    : FOLLOWING;

export const FOLLOWING = 'the replicas to follow and the status to be available';

/**
 * The second stage, after the promotion was proven and told: it closes when the group is whole again (or its time for that
 * is over) and nobody turns to the old primary any more, or when an operator says so; it says what is not as it should be.
 * What is proven stays so: an event that calls it a failure is told, no more.
 *
 * @returns undefined while the group may still become whole, or clients still have to turn to it
 */
export const closeWhenWhole = (
  look: Look,
  judged: PromotionState,
  timeIsOver: boolean,
  { isQuiet, told }: Quietness,
  isAskedTo: boolean,
  witness: Whole,
): Extract<PromotionResult, { outcome: 'closed' }> | undefined => {
  const { readings, nowMs } = look;
  const missing = witness.missing(readings);
  const isWhole = isWholeNow(look, judged, witness);
  if (!isAskedTo && !((isWhole || timeIsOver) && isQuiet)) return undefined;
  const parts = [
    isWhole ? witness.whole : `not following their primary: ${missing.join(', ') || 'none'}; ${judged.evidence}`,
    ...(isAskedTo ? ['an operator has closed it'] : []),
    ...(told && !isQuiet ? [told] : []),
  ];
  const closedAt = new Date(nowMs).toISOString();
  return { outcome: 'closed', closedAt, evidence: parts.join('; '), replicasFollow: missing.length === 0 };
};
