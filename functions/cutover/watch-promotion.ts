import { PromotionFailedError } from '../migration/errors.ts';
import type { Locks, Migrations } from '../migration/ports.ts';
import type { Endpoint } from '../migration/record.ts';
import { verdictOf } from '../replication/group-events.ts';
import { judgeLink } from '../replication/link-state.ts';
import { linksOf, observe } from '../replication/observe.ts';
import type { Clock, Probe, ReplicationGroup, ReplicationGroups } from '../replication/ports.ts';
import { toShardViews } from '../replication/progress.ts';
import { isReadable, type LinkReading, primaryOf } from '../replication/shard-link.ts';
import type { TaskInput } from '../replication/task-input.ts';
import { judgePromotion, unfollowing } from './promotion.ts';

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

/** What is known of a promoted shard: the new replication id, and up to where it continues the source's history. */
export interface PromotedShard {
  nodeGroupId: string;
  primary: Endpoint;
  replicationId: string;
  previousReplicationId?: string;
  continuesUpToOffset?: number;
}

export type PromotionResult =
  | { outcome: 'promoted'; promotedAt: string; evidence: string; shards: PromotedShard[] }
  | { outcome: 'closed'; closedAt: string; evidence: string; replicasFollow: boolean }
  | { outcome: 'backedOut'; reason: string; eventsSinceMs: number }
  | { outcome: 'inDoubt'; evidence: string }
  | { outcome: 'turn'; evidence: string };

/**
 * Watches the nodes and the events after CompleteMigration was sent. A promotion that takes longer than its budget is in
 * doubt: that is told once, and watched on.
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
    settings: PromotionSettings,
  ) =>
  async (input: WatchPromotionInput): Promise<PromotionResult> => {
    const { migrationId, replicationGroupId, source, stage } = input;
    const sentAtMs = Date.parse(input.sentAt);
    const endsMs = clock.now() + settings.watchSeconds * 1000;
    const budgetEndsMs = sentAtMs + settings.promotionBudgetSeconds * 1000;
    const isoNow = () => new Date(clock.now()).toISOString();
    const redis = probe();
    let group: ReplicationGroup | undefined;
    let verdict: ReturnType<typeof verdictOf>;
    let describedAtMs = 0;

    try {
      for (;;) {
        if (!group || clock.now() - describedAtMs >= settings.describeMs) {
          verdict = verdictOf(await groups.eventsSince(replicationGroupId, input.eventsSinceMs), replicationGroupId);
          group = await groups.describe(replicationGroupId);
          describedAtMs = clock.now();
        }
        const readings = await observe(redis, linksOf(group, source), clock);
        const judged = judgePromotion(readings, group.status, verdict);
        const shards = toShardViews(readings, readings.map(judgeLink));
        const budgetIsOver = clock.now() >= budgetEndsMs;

        if (judged.state === 'failed') throw new PromotionFailedError(replicationGroupId, judged.evidence);
        if (judged.state === 'refused') {
          await locks.withdraw(replicationGroupId, migrationId, 'complete');
          await migrations.clearCutoverRequest(migrationId);
          const statusReason = `The cutover was backed out: ${judged.reason}`;
          await migrations.update(migrationId, { status: 'syncing', statusReason, shards });
          return {
            outcome: 'backedOut',
            reason: judged.reason,
            eventsSinceMs: (verdict?.atMs ?? input.eventsSinceMs) + 1,
          };
        }
        if (judged.state === 'promoted' && stage === 'promotion') {
          const promotedAt = isoNow();
          await migrations.update(migrationId, {
            status: 'promoted',
            statusReason: `The target is promoted: ${judged.evidence}.`,
            phase: 'closing',
            waitingFor: 'the replicas to follow and the status to be available',
            shards,
          });
          return {
            outcome: 'promoted',
            promotedAt,
            evidence: judged.evidence,
            shards: readings.flatMap(promotedShard),
          };
        }
        if (judged.state === 'promoted') {
          const missing = unfollowing(readings);
          const whole = missing.length === 0 && group.status === 'available';
          if (whole || budgetIsOver) {
            const evidence = whole
              ? 'every replica follows its primary, and the status is available'
              : `the status is ${group.status}; not following their primary: ${missing.join(', ') || 'none'}`;
            await migrations.update(migrationId, { shards });
            return { outcome: 'closed', closedAt: isoNow(), evidence, replicasFollow: missing.length === 0 };
          }
        }
        if (stage === 'promotion' && budgetIsOver && !input.inDoubt) {
          await migrations.update(migrationId, {
            statusReason: `The promotion is in doubt: ${judged.evidence}.`,
            phase: 'promotionInDoubt',
            waitingFor: 'evidence that the promotion happened or failed; look at the group and its events',
            shards,
          });
          return { outcome: 'inDoubt', evidence: judged.evidence };
        }
        if (clock.now() + settings.pollMs >= endsMs) {
          await migrations.update(migrationId, { shards });
          return { outcome: 'turn', evidence: 'evidence' in judged ? judged.evidence : '' };
        }
        await clock.sleep(settings.pollMs);
      }
    } finally {
      redis.close();
    }
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
