import { byStatus } from '../replication/api-sight.ts';
import { primaryOf } from '../replication/shard-link.ts';
import type { PromotionEvidence, PromotionState } from './promotion.ts';
import type { Witness } from './witness.ts';

/** So long after the status is `available` again an event may still come. */
const EVENT_LATE_MS = 60_000;

/**
 * Judges a promotion by what AWS tells of it. AWS names the event as the proof of a completed migration, and that a failed
 * one leaves the group `migrating` (Migration-Complete). So a promotion is told by an event of success beside the status
 * `available`; a refusal by one of failure beside `migrating`, where it can speak of one call and one node group only.
 * Everything else proves nothing: `available` is where a failed start and an abort end, too.
 */
export const judgeByEvents = (evidence: PromotionEvidence): PromotionState => {
  const { readings, status, verdict, sends, isConfirmed, availableForMs = 0 } = evidence;
  const said = verdict ? `ElastiCache reports: ${verdict.message}` : 'no event of ElastiCache tells the end';
  const seen = `the status is ${status}; ${said}; no node was looked at`;
  const isAvailable = status === 'available';
  if (isAvailable && (isConfirmed || verdict?.outcome === 'succeeded')) return { state: 'promoted', evidence: seen };
  if (verdict?.outcome === 'failed' && status === 'migrating' && sends === 1 && readings.length === 1) {
    return { state: 'refused', reason: `ElastiCache reports: ${verdict.message}`, evidence: seen };
  }
  const isContradiction = isAvailable && verdict?.outcome === 'failed';
  const isSilent = isAvailable && availableForMs >= EVENT_LATE_MS;
  return { state: 'pending', evidence: seen, ...((isContradiction || isSilent) && { alarming: true }) };
};

/** AWS alone, by status and events: of a stack that reaches no server. */
export const byEvents: Witness = {
  sight: () => byStatus,
  judge: judgeByEvents,
  missing: () => [],
  whole: 'the status is available; whether every replica follows its primary was not looked at',
  promoted: ({ link }) => [{ nodeGroupId: link.nodeGroupId, primary: primaryOf(link).endpoint }],
  whatToLookAt: ({ group, readings }) => {
    const primaries = readings.map(({ link }) => {
      const { address, port } = primaryOf(link).endpoint;
      return `\`redis-cli -h ${address} -p ${port} INFO replication\``;
    });
    return [
      'evidence that the promotion happened or failed.',
      `Nothing can be looked at from here: see role and master_replid2 by ${primaries.join(' and ')}, and status and events of replication group ${group.replicationGroupId}.`,
      'Until then no client may write to either side, and nothing but you keeps them from it.',
      'If the target was promoted, and has all the data, confirm says so.',
      'When ElastiCache will certainly not promote it any more, unfence ends the migration, and the source is yours.',
    ].join(' ');
  },
  whyNotRefused: async ({ status }) => (status === 'migrating' ? undefined : `the status is ${status}`),
};
