import type { VerificationEpoch } from '../migration/verification.ts';
import { isReadable, type LinkReading, type ServerReading } from './shard-link.ts';

/** Of the source's data as its replicas have them. undefined when the source could not be read. */
export const epochIn = ([reading]: LinkReading[]): VerificationEpoch | undefined =>
  reading && isReadable(reading.source) ? epochOf(reading.source) : undefined;

export const epochOf = ({ replicationId, counters: { runId, fullSyncs } }: ServerReading): VerificationEpoch => ({
  replicationId,
  ...(runId !== undefined && { runId }),
  ...(fullSyncs !== undefined && { fullSyncs }),
});

/**
 * Why what was verified then says nothing of now; undefined when it still does. A count that is lower is another epoch
 * too: CONFIG RESETSTAT begins it anew. The full sync may have been another replica's: `sync_full` does not say whose.
 */
export const whyOtherEpoch = (then: VerificationEpoch, now: VerificationEpoch): string | undefined => {
  if (now.replicationId !== then.replicationId) {
    return `the source's replication id is ${now.replicationId}, and was ${then.replicationId} when it was verified`;
  }
  if (now.runId !== then.runId) return 'the source was restarted after it was verified';
  if (now.fullSyncs !== then.fullSyncs) {
    return `the source's sync_full is ${now.fullSyncs ?? 'unknown'}, and was ${then.fullSyncs ?? 'unknown'} when it was verified: a replica was synchronized in full since`;
  }
  return undefined;
};
