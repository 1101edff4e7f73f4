import type { Asker } from './asker.ts';
import type { AppliedNode, FenceKind } from './fence.ts';
import type { Endpoint } from './record.ts';
import type { VerificationVerdict } from './verification.ts';

export interface CertifiedShard {
  nodeGroupId: string;
  source: Endpoint;
  /** Of the history that source and target had in common. */
  replicationId: string;
  fencedOffset: number;
  /** Every node of the target, each with `appliedOffset >= fencedOffset`. */
  nodes: Omit<AppliedNode, 'runId'>[];
  promoted: {
    primary: Endpoint;
    replicationId: string;
    previousReplicationId?: string;
    /** The target continues the source's history up to here. */
    continuesUpToOffset?: number;
  };
}

/** What a cutover rests on: that every node of the target had applied what the source had when it was fenced. Times are ISO 8601. */
export interface CertificateBody {
  certificate: 'elasticache-migrator/offsets/v1';
  migrationId: string;
  replicationGroupId: string;
  executionArn: string;
  fence: { kind: FenceKind; nodes: { endpoint: Endpoint; role: 'primary' | 'replica'; outlivesRestart: boolean }[] };
  shards: CertifiedShard[];
  times: {
    migrationRequestedAt: string;
    cutoverRequestedAt?: string;
    frozenAt?: string;
    drainedAt?: string;
    fencedAt?: string;
    completeSentAt: string;
    promotedAt: string;
  };
  askedBy: { migration?: Asker; cutover?: Asker };
  /** Null when it rests on none. */
  verification: {
    mode: string;
    verdict: VerificationVerdict;
    verifiedAt: string;
    /** Keys; both absent where it could not be carried out. */
    compared?: number;
    differences?: number;
    waived: boolean;
  } | null;
  waivers: string[];
  /** Only where the promotion rests on an operator's word: what is certified of the time before it is as good as ever. */
  confirmation?: Confirmation;
}

/** An operator's word that the target was promoted, where its history does not prove it. */
export interface Confirmation {
  /** ISO 8601: when the nodes were looked at, and the word was taken. */
  at: string;
  by: Asker;
  reason: string;
  /** Why nothing proves the promotion, a sentence a shard. */
  unproven: string[];
  /** What was counted then; `sourceKeys` is absent where the source could not be read. */
  keys: { nodeGroupId: string; sourceKeys?: number; targetKeys: number }[];
  /** Where the fence of the source was not seen to stand then, a sentence a node; absent where it stood everywhere. */
  unfenced?: string[];
}

export interface OffsetCertificate extends CertificateBody {
  /** Of the body's canonical form (RFC 8785), in lower-case hex. */
  hash: { algorithm: 'SHA-256'; value: string };
  /** Over the canonical form, by KMS; absent where no key is configured or it could not be used. */
  signature?: CertificateSignature;
  /** Why there is no signature although a key is configured. */
  unsignedBecause?: string;
}

export interface CertificateSignature {
  /** The key's ARN. */
  keyId: string;
  /** KMS's name of it: `ECDSA_SHA_256`, `RSASSA_PSS_SHA_256` … */
  algorithm: string;
  /** Base64; of ECDSA in DER. */
  value: string;
}
