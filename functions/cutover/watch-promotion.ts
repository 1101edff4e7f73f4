import type { Fences, Locks } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import type { MigrationRecord } from '../migration/record.ts';
import type { Samples } from '../migration/sample.ts';
import { sentence } from '../migration/sentence.ts';
import { verdictOf } from '../replication/group-events.ts';
import { makeLook } from '../replication/look.ts';
import type { Clock, ReplicationGroups } from '../replication/ports.ts';
import { toShardViews } from '../replication/progress.ts';
import { makeSampler } from '../replication/sampler.ts';
import { Stopwatch } from '../replication/stopwatch.ts';
import type { TaskInput } from '../replication/task-input.ts';
import { closeWhenWhole, closingWaitsFor } from './closing-stage.ts';
import type { PromotionResult } from './promotion-result.ts';
import { makePromotionStage } from './promotion-stage.ts';
import { type Certify, recordedProof } from './proven.ts';
import { type LookForRollback, makeRollbackWatch } from './rollback-watch.ts';
import { type LookForStragglers, makeStragglerWatch, type StragglerMemory } from './straggler-watch.ts';
import type { Witness } from './witness.ts';

export interface PromotionSettings {
  pollMs: number;
  describeMs: number;
  watchSeconds: number;
  /** Where the request does not say. */
  promotionBudgetSeconds: number;
  /** How often the old primary is looked at for clients that still turn to it. */
  stragglerMs: number;
  /** How often it is looked whether one call still returns to the source. */
  rollbackMs: number;
  /** Describe calls may show the world as it was so long ago. */
  staleSeconds: number;
}

export interface WatchPromotionInput extends TaskInput {
  sentAt: string;
  /** Events from here on may be about this CompleteMigration. */
  eventsSinceMs: number;
  /** `promotion` until every primary is promoted, `closing` until the group is whole again. */
  stage: 'promotion' | 'closing';
  /** The doubt was announced already. */
  inDoubt: boolean;
  /** Which cutover of the migration it is. */
  attempt?: number;
  /** Of the request; null or absent where it does not say. */
  promotionBudgetSeconds?: number | null;
  /** What was told of stragglers. */
  stragglers?: StragglerMemory | null;
}

/** Writers are frozen meanwhile: whoever watches a full sync gives way to this. */
const SLOWEST_DESCRIBE_MS = 30_000;

/**
 * Watches the nodes and the events after CompleteMigration was sent. A promotion that takes longer than its budget is in
 * doubt: that is told once, and watched on. One that is recorded stays so. The group gets at least one watch's time to
 * become whole.
 *
 * A refusal counts only once it was seen again in a description of the group that cannot be older than the event: a stale
 * `migrating` beside a failure event may hide that ElastiCache has begun to promote after all.
 *
 * @throws TargetNotFoundError, TransientServiceError
 */
export const makeWatchPromotion =
  (
    groups: Pick<ReplicationGroups, 'describe' | 'eventsSince'>,
    witness: Witness,
    locks: Pick<Locks, 'find'>,
    fences: Pick<Fences, 'find'>,
    migrations: Pick<Migrations, 'find' | 'update' | 'recordPromotion' | 'recordDoubt' | 'note' | 'noteRollback'>,
    samples: Pick<Samples, 'append'>,
    certify: Certify,
    lookForStragglers: LookForStragglers,
    lookForRollback: LookForRollback,
    clock: Clock,
    settings: PromotionSettings,
  ) =>
  async (input: WatchPromotionInput): Promise<PromotionResult> => {
    const { migrationId, replicationGroupId, stage, attempt = 1 } = input;
    const { pollMs, describeMs, watchSeconds, staleSeconds } = settings;
    const endsMs = clock.now() + watchSeconds * 1000;
    const budgetSeconds = input.promotionBudgetSeconds ?? settings.promotionBudgetSeconds;
    const budgetEndsMs = Date.parse(input.sentAt) + budgetSeconds * 1000;
    const watchRollback = makeRollbackWatch(migrations, lookForRollback, migrationId, settings.rollbackMs);
    const provePromotion = makePromotionStage(migrations, certify, watchRollback, witness);
    const fence = await fences.find(migrationId);
    const memory = input.stragglers ?? null;
    const watchStragglers = makeStragglerWatch(migrations, lookForStragglers, migrationId, {
      everyMs: settings.stragglerMs,
      memory,
    });
    const sampler = makeSampler(samples, migrationId, pollMs);
    const sight = witness.sight();
    const available = new Stopwatch();
    const lookAgain = makeLook(groups, sight, clock, { ...input, describeMs, slowestDescribeMs: SLOWEST_DESCRIBE_MS });
    let refusedSinceMs: number | undefined;

    try {
      for (;;) {
        const record = await migrations.find(migrationId);
        const act = await endedByAct(record, fences, input.sentAt);
        if (act) return act;
        const isConfirmed = record?.promotion?.confirmation !== undefined;
        // By an operator, or by a try that died before it could tell: what the nodes say since undoes nothing.
        const recorded = stage === 'promotion' && (await recordedProof(record, fence, input.sentAt, certify));
        if (recorded) {
          await watchRollback(fence, record, clock.now());
          return { outcome: 'promoted', ...recorded };
        }
        const look = await lookAgain();
        // Afterwards nobody follows the source any more.
        if (stage === 'promotion') await sampler.note(look, input.inDoubt ? 'promotionInDoubt' : 'promoting');
        const verdict = verdictOf(look.events, replicationGroupId);
        const sends = verdict?.outcome === 'failed' ? await sendsOf(locks, input) : 1;
        const judged = witness.judge({
          readings: look.readings,
          status: look.group.status,
          verdict,
          sends,
          fenced: fence?.shards ?? [],
          isConfirmed,
          availableForMs: available.run(look.group.status === 'available', look.heldMs),
        });
        refusedSinceMs = judged.state === 'refused' ? (refusedSinceMs ?? look.nowMs) : undefined;
        const refusalStands = refusedSinceMs !== undefined && look.describedMs >= refusedSinceMs + staleSeconds * 1000;
        const budgetIsOver = look.nowMs >= budgetEndsMs;
        const over = look.nowMs + pollMs >= endsMs;
        const isDoubtful = budgetIsOver || (judged.state === 'pending' && judged.alarming === true);
        const tellsDoubt = isDoubtful && !input.inDoubt;
        const intent = { at: input.sentAt, sends };

        const quietness = stage === 'closing' ? await watchStragglers(fence, record, look.nowMs) : { isQuiet: true };
        if (stage === 'closing') await watchRollback(fence, record, look.nowMs);
        const isAskedTo = record?.close !== undefined;
        const proven =
          stage === 'promotion'
            ? await provePromotion(input, { look, judged, verdict, intent, fence, attempt, tellsDoubt, refusalStands })
            : closeWhenWhole(look, judged, over && budgetIsOver, quietness, isAskedTo, witness);
        if (proven && proven.outcome !== 'closed') return proven;
        if (!proven && 'tell' in quietness && quietness.tell) return { outcome: 'stragglers', ...quietness.tell };
        if (proven || over) {
          await migrations.update(migrationId, { shards: toShardViews(look.readings, look.states) });
          return proven ?? { outcome: 'turn', evidence: judged.evidence };
        }
        const waitingFor = closingWaitsFor(look, judged, record, witness);
        if (stage === 'closing' && record?.waitingFor !== waitingFor)
          await migrations.update(migrationId, { waitingFor });
        await clock.sleep(pollMs);
      }
    } finally {
      sight.close();
      await sampler.flush();
    }
  };

/** How often this CompleteMigration was to be sent; a try that still runs may have noted another send meanwhile. */
const sendsOf = async (locks: Pick<Locks, 'find'>, { replicationGroupId, migrationId }: TaskInput): Promise<number> => {
  const lock = await locks.find(replicationGroupId);
  return (lock?.owner === migrationId ? lock.intents.complete?.sends : undefined) ?? 1;
};

/** What an operator has done meanwhile, if that ends the watch. An unfence of an earlier cutover says nothing of this one. */
const endedByAct = async (
  record: MigrationRecord | undefined,
  fences: Pick<Fences, 'find'>,
  sentAt: string,
): Promise<PromotionResult | undefined> => {
  if (record?.rolledBackAt)
    return { outcome: 'rolledBack', why: sentence(`the migration was rolled back at ${record.rolledBackAt}`) };
  if (!record?.unfencedAt || record.promotedAt) return undefined;
  const fence = await fences.find(record.migrationId);
  // Where there was none to lift, the time tells which cutover it was about.
  if (fence ? fence.phase !== 'lifted' : record.unfencedAt < sentAt) return undefined;
  const why = `the source was unfenced at ${record.unfencedAt}, while the promotion was in doubt`;
  return { outcome: 'unfenced', why: sentence(why) };
};
