import { PromotionFailedError } from '../migration/errors.ts';
import type { Locks, Migrations } from '../migration/ports.ts';
import { sentence } from '../migration/sentence.ts';
import type { Verdict } from '../replication/group-events.ts';
import type { Look } from '../replication/look.ts';
import { toShardViews } from '../replication/progress.ts';
import { isReadable, type LinkReading, primaryOf } from '../replication/shard-link.ts';
import type { TaskInput } from '../replication/task-input.ts';
import type { PromotionState } from './promotion.ts';
import type { PromotedShard, PromotionResult } from './promotion-result.ts';

export interface PromotionMoment {
  look: Look;
  judged: PromotionState;
  verdict: Verdict | undefined;
  /** The promotion has taken longer than its budget, and nobody has been told. */
  tellsDoubt: boolean;
}

/**
 * The first stage, until every primary is promoted: acts on what the nodes and the events prove.
 *
 * @returns undefined while nothing is proven
 * @throws PromotionFailedError
 */
export const makePromotionStage =
  (locks: Pick<Locks, 'withdraw'>, migrations: Pick<Migrations, 'update' | 'clearCutoverRequest'>) =>
  async (
    { migrationId, replicationGroupId }: TaskInput,
    { look, judged, verdict, tellsDoubt }: PromotionMoment,
  ): Promise<PromotionResult | undefined> => {
    const shards = toShardViews(look.readings, look.states);
    if (judged.state === 'failed') throw new PromotionFailedError(replicationGroupId, judged.evidence);

    if (judged.state === 'promoted') {
      const promotedAt = new Date(look.nowMs).toISOString();
      await migrations.update(migrationId, {
        status: 'promoted',
        statusReason: `The target is promoted: ${judged.evidence}.`,
        phase: 'closing',
        waitingFor: 'the replicas to follow and the status to be available',
        promotedAt,
        shards,
      });
      const { evidence } = judged;
      return { outcome: 'promoted', promotedAt, evidence, shards: look.readings.flatMap(promotedShard) };
    }
    if (judged.state === 'refused') {
      await locks.withdraw(replicationGroupId, migrationId, 'complete');
      const at = new Date(look.nowMs).toISOString();
      await migrations.clearCutoverRequest(migrationId, { at, reason: sentence(judged.reason) });
      const statusReason = `The cutover was backed out: ${judged.reason}`;
      await migrations.update(migrationId, { status: 'syncing', statusReason, shards });
      return { outcome: 'backedOut', reason: judged.reason, eventsSinceMs: (verdict?.atMs ?? look.nowMs) + 1 };
    }
    if (!tellsDoubt) return undefined;
    await migrations.update(migrationId, {
      statusReason: `The promotion is in doubt: ${judged.evidence}.`,
      phase: 'promotionInDoubt',
      waitingFor: 'evidence that the promotion happened or failed; look at the group and its events',
      shards,
    });
    return { outcome: 'inDoubt', evidence: judged.evidence };
  };

const promotedShard = ({ link, nodes }: LinkReading): PromotedShard[] => {
  const primary = primaryOf(link);
  const reading = nodes.get(primary.cacheClusterId);
  if (!isReadable(reading)) return [];
  const { replicationId, previousReplicationId, previousIdUpToOffset } = reading;
  return [
    {
      nodeGroupId: link.nodeGroupId,
      primary: primary.endpoint,
      replicationId,
      ...(previousReplicationId !== undefined && { previousReplicationId }),
      ...(previousIdUpToOffset !== undefined && { continuesUpToOffset: previousIdUpToOffset }),
    },
  ];
};
