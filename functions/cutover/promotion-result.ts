import type { OffsetCertificate } from '../migration/certificate.ts';
import type { JudgedIntent } from '../migration/lock-ports.ts';
import type { PromotedShard } from '../migration/record.ts';
import type { ShardPosition } from './last-look.ts';
import type { StragglersTold } from './straggler-watch.ts';

export type { PromotedShard } from '../migration/record.ts';

/** A promotion that is proven. */
export interface Promoted {
  /** ISO 8601. */
  promotedAt: string;
  evidence: string;
  shards: PromotedShard[];
  /** Where the shards stood under the fence; empty where no fence record tells. */
  positions: ShardPosition[];
  /** Null where no fence record tells what to certify. */
  certificate: OffsetCertificate | null;
}

/**
 * What a watch over a promotion comes back for. `refused`: ElastiCache has said no to the CompleteMigration that `intent`
 * stands for; the fence may be lifted. `unfenced`, `rolledBack`: an operator has ended it.
 */
export type PromotionResult =
  | ({ outcome: 'promoted' } & Promoted)
  | { outcome: 'closed'; closedAt: string; evidence: string; replicasFollow: boolean }
  | ({ outcome: 'stragglers' } & StragglersTold)
  | { outcome: 'refused'; reason: string; eventsSinceMs: number; intent: JudgedIntent }
  | { outcome: 'unfenced' | 'rolledBack'; why: string }
  | { outcome: 'inDoubt'; evidence: string; waitingFor: string }
  | { outcome: 'turn'; evidence: string };
