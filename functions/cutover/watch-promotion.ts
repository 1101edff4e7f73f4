import type { Locks, Migrations } from '../migration/ports.ts';
import { verdictOf } from '../replication/group-events.ts';
import { makeLook } from '../replication/look.ts';
import type { Clock, Probe, ReplicationGroups } from '../replication/ports.ts';
import { toShardViews } from '../replication/progress.ts';
import type { TaskInput } from '../replication/task-input.ts';
import { closeWhenWhole } from './closing-stage.ts';
import { judgePromotion } from './promotion.ts';
import type { PromotionResult } from './promotion-result.ts';
import { makePromotionStage } from './promotion-stage.ts';

export interface PromotionSettings {
  pollMs: number;
  describeMs: number;
  watchSeconds: number;
  promotionBudgetSeconds: number;
}

export interface WatchPromotionInput extends TaskInput {
  sentAt: string;
  /** Events from here on may be about this CompleteMigration. */
  eventsSinceMs: number;
  /** `promotion` until every primary is promoted, `closing` until the group is whole again. */
  stage: 'promotion' | 'closing';
  /** The doubt was announced already. */
  inDoubt: boolean;
}

/**
 * Watches the nodes and the events after CompleteMigration was sent. A promotion that takes longer than its budget is in
 * doubt: that is told once, and watched on. The group gets at least one watch's time to become whole.
 *
 * @throws PromotionFailedError when the primaries stand alone although ElastiCache reports a failure
 * @throws TargetNotFoundError, TransientServiceError
 */
export const makeWatchPromotion =
  (
    groups: Pick<ReplicationGroups, 'describe' | 'eventsSince'>,
    probe: () => Probe,
    locks: Pick<Locks, 'withdraw'>,
    migrations: Pick<Migrations, 'update' | 'clearCutoverRequest'>,
    clock: Clock,
    { pollMs, describeMs, watchSeconds, promotionBudgetSeconds }: PromotionSettings,
  ) =>
  async (input: WatchPromotionInput): Promise<PromotionResult> => {
    const endsMs = clock.now() + watchSeconds * 1000;
    const budgetEndsMs = Date.parse(input.sentAt) + promotionBudgetSeconds * 1000;
    const provePromotion = makePromotionStage(locks, migrations);
    const redis = probe();
    const lookAgain = makeLook(groups, redis, clock, { ...input, describeMs });

    try {
      for (;;) {
        const look = await lookAgain();
        const verdict = verdictOf(look.events, input.replicationGroupId);
        const judged = judgePromotion(look.readings, look.group.status, verdict);
        const budgetIsOver = look.nowMs >= budgetEndsMs;
        const over = look.nowMs + pollMs >= endsMs;
        const tellsDoubt = budgetIsOver && !input.inDoubt;

        const proven =
          input.stage === 'promotion'
            ? await provePromotion(input, { look, judged, verdict, tellsDoubt })
            : closeWhenWhole(look, judged, over && budgetIsOver);
        if (proven && proven.outcome !== 'closed') return proven;
        if (proven || over) {
          await migrations.update(input.migrationId, { shards: toShardViews(look.readings, look.states) });
          return proven ?? { outcome: 'turn', evidence: 'evidence' in judged ? judged.evidence : judged.reason };
        }
        await clock.sleep(pollMs);
      }
    } finally {
      redis.close();
    }
  };
