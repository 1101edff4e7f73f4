import type { FenceRecord } from '../migration/fence.ts';
import type { JudgedIntent } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import type { Endpoint, PromotedShard } from '../migration/record.ts';
import type { Verdict } from '../replication/group-events.ts';
import type { Look } from '../replication/look.ts';
import { toShardViews } from '../replication/progress.ts';
import { isReadable, type LinkReading, primaryOf } from '../replication/shard-link.ts';
import type { TaskInput } from '../replication/task-input.ts';
import { FOLLOWING } from './closing-stage.ts';
import type { PromotionState } from './promotion.ts';
import type { PromotionResult } from './promotion-result.ts';
import { type Certify, provenBy, recordedProof } from './proven.ts';
import type { RollbackWatch } from './rollback-watch.ts';

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
  ) =>
  async ({ migrationId, source }: TaskInput, moment: PromotionMoment): Promise<PromotionResult | undefined> => {
    const { look, judged, verdict, intent, fence, attempt, tellsDoubt, refusalStands } = moment;
    const shards = toShardViews(look.readings, look.states);

    if (judged.state === 'promoted') {
      const promotedAt = new Date(look.nowMs).toISOString();
      const { evidence } = judged;
      const promotedShards = look.readings.flatMap(promotedShard);
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
    const waitingFor = whatToLookAt(look, source);
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

/** For whoever is woken. */
const whatToLookAt = ({ group, readings }: Look, source: Endpoint): string => {
  const primaries = readings.map(({ link }) => textOf(primaryOf(link).endpoint)).join(', ');
  return [
    'evidence that the promotion happened or failed.',
    `Look at role, master_replid2 and second_repl_offset in INFO replication of ${primaries}, and at status and events of replication group ${group.replicationGroupId}.`,
    `Until then no client may write to either side: the fence of ${textOf(source)} stands.`,
    'If the target was promoted although its history does not prove it, and has all the data, confirm says so.',
    'When ElastiCache will certainly not promote it any more, unfence gives the source back.',
  ].join(' ');
};

const textOf = ({ address, port }: Endpoint): string => `${address}:${port}`;

/** Nothing of a primary that cannot be read. */
export const promotedShard = ({ link, nodes }: LinkReading): PromotedShard[] => {
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
