import type { Endpoint } from '../migration/record.ts';

/** What is known of a promoted shard: the new replication id, and up to where it continues the source's history. */
export interface PromotedShard {
  nodeGroupId: string;
  primary: Endpoint;
  replicationId: string;
  previousReplicationId?: string;
  continuesUpToOffset?: number;
}

/** What a watch over a promotion comes back for. */
export type PromotionResult =
  | { outcome: 'promoted'; promotedAt: string; evidence: string; shards: PromotedShard[] }
  | { outcome: 'closed'; closedAt: string; evidence: string; replicasFollow: boolean }
  | { outcome: 'backedOut'; reason: string; eventsSinceMs: number }
  | { outcome: 'inDoubt'; evidence: string }
  | { outcome: 'turn'; evidence: string };
