import type { FenceRecord } from '../migration/fence.ts';
import type { JudgedIntent } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import type { Verdict } from '../replication/group-events.ts';
import type { Look } from '../replication/look.ts';
import { toShardViews } from '../replication/progress.ts';
import type { TaskInput } from '../replication/task-input.ts';
import { FOLLOWING } from './closing-stage.ts';
import type { PromotionState } from './promotion.ts';
import type { PromotionResult } from './promotion-result.ts';
import { type Certify, provenBy, recordedProof } from './proven.ts';
import type { RollbackWatch } from './rollback-watch.ts';
import type { Witness } from './witness.ts';

export interface PromotionMoment {
  look: Look;
  judged: PromotionState;
  verdict: Verdict | undefined;
  intent: JudgedIntent;
  fence: FenceRecord | undefined;
  /** Which cutover of the migration it is. */
  attempt: number;
  /** The promotion has taken longer than its budget, or looks wrong, and nobody has been told. */
  tellsDoubt: boolean;
  /** A refusal has been seen for so long that no description of the group can be older. */
  refusalStands: boolean;
}

/**
 * The first stage, until every primary is promoted: acts on what the nodes and the events prove.
 *
 * @returns undefined while nothing is proven
 * @throws TransientServiceError
 */
export const makePromotionStage =
  (
    migrations: Pick<Migrations, 'find' | 'recordDoubt' | 'recordPromotion'>,
    certify: Certify,
    watchRollback: RollbackWatch,
    witness: Pick<Witness, 'promoted' | 'whatToLookAt'>,
  ) =>
  async ({ migrationId, source }: TaskInput, moment: PromotionMoment): Promise<PromotionResult | undefined> => {
    const { look, judged, verdict, intent, fence, attempt, tellsDoubt, refusalStands } = moment;
    const shards = toShardViews(look.readings, look.states);

    if (judged.state === 'promoted') {
      const promotedAt = new Date(look.nowMs).toISOString();
      const { evidence } = judged;
      const promotedShards = look.readings.flatMap(witness.promoted);
      const written = await migrations.recordPromotion(migrationId, {
        status: 'promoted',
        statusReason: `The target is promoted: ${evidence}.`,
        phase: 'closing',
        waitingFor: FOLLOWING,
        promotedAt,
        promotion: { evidence, shards: promotedShards },
        shards,
      });
      // Who proves it later, as the watch of an execution that was stopped, announces what was proven first.
      const record = written ?? (await migrations.find(migrationId));
      const promoted = { promotedAt, evidence, shards: promotedShards };
      const prove = async () =>
        (await recordedProof(record, fence, intent.at, certify)) ??
        provenBy(record, fence, promoted, intent.at, certify);
      // Before anybody hears of it, and writes: what the target tells now tells later writes from keys that expired.
      const [proven] = await Promise.all([prove(), watchRollback(fence, record, look.nowMs)]);
      return { outcome: 'promoted', ...proven };
    }
    if (judged.state === 'refused' && refusalStands) {
      return { outcome: 'refused', reason: judged.reason, eventsSinceMs: (verdict?.atMs ?? look.nowMs) + 1, intent };
    }
    if (!tellsDoubt) return undefined;
    const waitingFor = witness.whatToLookAt(look, source);
    const doubted = await migrations.recordDoubt(migrationId, {
      statusReason: `The promotion is in doubt: ${judged.evidence}.`,
      phase: 'promotionInDoubt',
      waitingFor,
      doubtToldOf: attempt,
      shards,
    });
    // Another watch has proven it between our look and this: the next look finds that.
    return doubted && { outcome: 'inDoubt', evidence: judged.evidence, waitingFor };
  };
