import { createHash } from 'node:crypto';
import type { CertificateBody, CertifiedShard, OffsetCertificate } from '../migration/certificate.ts';
import type { FencedShard, FenceRecord } from '../migration/fence.ts';
import type { MigrationRecord } from '../migration/record.ts';
import { canonicalForm } from './canonical-form.ts';
import type { PromotedShard } from './promotion-result.ts';
import { wellFormed } from './well-formed.ts';

/** What the certificate tells of a migration's record. Who asked is absent where nobody noted it. */
export type CertifiedRecord = Pick<
  MigrationRecord,
  | 'migrationId'
  | 'replicationGroupId'
  | 'executionArn'
  | 'acceptedAt'
  | 'request'
  | 'requestedBy'
  | 'cutover'
  | 'verificationReport'
  | 'promotion'
>;

/** Everything that a certificate is made of. Times are ISO 8601. */
export interface CertificateInput {
  record: CertifiedRecord;
  fence: FenceRecord;
  promotedShards: readonly PromotedShard[];
  completeSentAt: string;
  promotedAt: string;
}

/**
 * The body of the certificate. Pure: the same input gives the same body.
 *
 * @returns undefined when the fence record tells no shards (it was never sealed), or a shard of it was not read as promoted:
 * what would have to be left out is the very thing that is certified
 */
export const buildCertificate = (
  record: CertifiedRecord,
  fence: FenceRecord,
  promotedShards: readonly PromotedShard[],
  completeSentAt: string,
  promotedAt: string,
): CertificateBody | undefined => {
  const shards = fence.shards?.map((shard) => certified(shard, promotedShards));
  if (!shards?.length || !shards.every((shard) => shard !== undefined)) return undefined;
  const { migrationId, replicationGroupId, executionArn, acceptedAt, cutover, requestedBy } = record;
  const { frozenAt, drainedAt, fencedAt } = fence.times;
  return wellFormed<CertificateBody>({
    certificate: 'elasticache-migrator/offsets/v1',
    migrationId,
    replicationGroupId,
    executionArn,
    fence: {
      kind: fence.kind,
      nodes: fence.nodes.map(({ endpoint, role, persistsBy }) => ({
        endpoint,
        role,
        outlivesRestart: persistsBy !== undefined,
      })),
    },
    shards,
    times: {
      migrationRequestedAt: acceptedAt,
      ...(cutover?.requestedAt !== undefined && { cutoverRequestedAt: cutover.requestedAt }),
      ...(frozenAt !== undefined && { frozenAt }),
      ...(drainedAt !== undefined && { drainedAt }),
      ...(fencedAt !== undefined && { fencedAt }),
      completeSentAt,
      promotedAt,
    },
    askedBy: {
      ...(requestedBy && { migration: requestedBy }),
      ...(cutover?.by && { cutover: cutover.by }),
    },
    verification: verificationOf(record),
    waivers: waiversOf(record),
    ...(record.promotion?.confirmation && { confirmation: record.promotion.confirmation }),
  });
};

const certified = (shard: FencedShard, promoted: readonly PromotedShard[]): CertifiedShard | undefined => {
  const { nodeGroupId, source, replicationId, fencedOffset, nodes } = shard;
  const found = promoted.find((one) => one.nodeGroupId === nodeGroupId);
  if (found?.replicationId === undefined) return undefined;
  const { nodeGroupId: _, ...rest } = found;
  return {
    nodeGroupId,
    source,
    replicationId,
    fencedOffset,
    nodes: nodes.map(({ runId, ...node }) => node),
    promoted: { ...rest, replicationId: found.replicationId },
  };
};

const waiversOf = ({ request, cutover }: CertifiedRecord): string[] => [
  ...new Set([...(request.waivers ?? []), ...(cutover?.waivers ?? [])]),
];

const verificationOf = (record: CertifiedRecord): CertificateBody['verification'] => {
  const report = record.verificationReport;
  if (!report) return null;
  const { mode, verdict, verifiedAt, counts } = report;
  return {
    mode,
    verdict,
    verifiedAt,
    ...(counts && {
      compared: counts.compared,
      differences: Object.values(counts.differences).reduce((sum, count) => sum + count, 0),
    }),
    waived: verdict !== 'same' && waiversOf(record).includes('verification-differences'),
  };
};

/** What is hashed and signed of a certificate: the canonical form of its body. @throws TypeError it has none */
export const canonicalBody = (certificate: CertificateBody & Partial<OffsetCertificate>): string => {
  const { hash, signature, unsignedBecause, ...body } = certificate;
  return canonicalForm(body);
};

/** SHA-256 in lower-case hex. */
export const hashOf = (canonical: string): string => createHash('sha256').update(canonical).digest('hex');

export const withHash = (body: CertificateBody): OffsetCertificate => ({
  ...body,
  hash: { algorithm: 'SHA-256', value: hashOf(canonicalForm(body)) },
});
