import type { Endpoint, PromotedShard } from '../migration/record.ts';
import type { Look } from '../replication/look.ts';
import { linksOf, observe } from '../replication/observe.ts';
import type { Clock, Probe, ReplicationGroup } from '../replication/ports.ts';
import { isReadable, type LinkReading, primaryOf } from '../replication/shard-link.ts';
import { byInfo, type Sight } from '../replication/sight.ts';
import { judgePromotion, type PromotionEvidence, type PromotionState, unfollowing } from './promotion.ts';

/** Who tells what became of a CompleteMigration: the nodes, or, where none can be reached, AWS. */
export interface Witness {
  sight(): Sight;
  judge(evidence: PromotionEvidence): PromotionState;
  /** Replicas that do not follow yet, as far as anybody can tell. */
  missing(readings: readonly LinkReading[]): string[];
  /** What it takes for a group to be whole again, as the end of a sentence. */
  whole: string;
  /** What is known of a promoted shard; nothing of one that nobody could look at. */
  promoted(reading: LinkReading): PromotedShard[];
  /** For whoever is woken while the promotion is in doubt. */
  whatToLookAt(look: Look, source: Endpoint): string;
  /** Why a refusal that ElastiCache has told is not certain; undefined when it is. @throws TransientServiceError */
  whyNotRefused(group: ReplicationGroup, source: Endpoint): Promise<string | undefined>;
}

/** The nodes themselves, by INFO. */
export const byNodes = (probe: () => Probe, clock: Clock): Witness => ({
  sight: () => byInfo(probe(), clock),
  judge: judgePromotion,
  missing: unfollowing,
  whole: 'every replica follows its primary, and the status is available',
  promoted: promotedShard,
  whatToLookAt: ({ group, readings }, source) => {
    const primaries = readings.map(({ link }) => textOf(primaryOf(link).endpoint)).join(', ');
    return [
      'evidence that the promotion happened or failed.',
      `Look at role, master_replid2 and second_repl_offset in INFO replication of ${primaries}, and at status and events of replication group ${group.replicationGroupId}.`,
      `Until then no client may write to either side: the fence of ${textOf(source)} stands.`,
      'If the target was promoted although its history does not prove it, and has all the data, confirm says so.',
      'When ElastiCache will certainly not promote it any more, unfence gives the source back.',
    ].join(' ');
  },
  async whyNotRefused(group, source) {
    const redis = probe();
    const readings = await observe(redis, linksOf(group, source), clock).finally(() => redis.close());
    for (const { nodes } of readings) {
      for (const [id, reading] of nodes) {
        if (!isReadable(reading)) return `node ${id} cannot be read`;
        if (reading.role === 'master') return `node ${id} has the role master`;
      }
    }
    return undefined;
  },
});

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
