import type { OffsetCertificate } from '../migration/certificate.ts';
import { TransientServiceError } from '../migration/errors.ts';
import type { FencedShard, FenceRecord } from '../migration/fence.ts';
import type { MigrationRecord } from '../migration/record.ts';
import { shown } from '../migration/shown.ts';
import type { CertificateInput } from './certificate-body.ts';
import type { ShardPosition } from './last-look.ts';
import type { Promoted } from './promotion-result.ts';

/**
 * Builds, keeps and signs the certificate; what is kept is answered again.
 * @returns undefined when there is nothing to certify
 * @throws TransientServiceError
 */
export type Certify = (proven: CertificateInput) => Promise<OffsetCertificate | undefined>;

/**
 * Everything that is announced of a proven promotion, the same each time. A promotion is announced although its certificate
 * fails for good, and says why: clients wait for the word, and the source is fenced.
 *
 * @param sentAt ISO 8601: when CompleteMigration was to be sent
 * @throws TransientServiceError
 */
export const provenBy = async (
  record: MigrationRecord | undefined,
  fence: FenceRecord | undefined,
  promoted: Pick<Promoted, 'promotedAt' | 'evidence' | 'shards'>,
  sentAt: string,
  certify: Certify,
): Promise<Promoted> => {
  const proof = { promotedShards: promoted.shards, completeSentAt: sentAt, promotedAt: promoted.promotedAt };
  const positions = (fence?.shards ?? []).map(positionOf);
  try {
    const certificate = record && fence ? await certify({ record, fence, ...proof }) : undefined;
    return { ...promoted, positions, certificate: certificate ?? null };
  } catch (error) {
    if (error instanceof TransientServiceError) throw error;
    const evidence = `${promoted.evidence}; no certificate could be issued: ${shown(String(error), 300)}`;
    return { ...promoted, evidence, positions, certificate: null };
  }
};

/**
 * The same of a promotion that is recorded already.
 *
 * @returns undefined when none is
 * @throws TransientServiceError
 */
export const recordedProof = async (
  record: MigrationRecord | undefined,
  fence: FenceRecord | undefined,
  sentAt: string,
  certify: Certify,
): Promise<Promoted | undefined> => {
  if (!record?.promotedAt || !record.promotion) return undefined;
  const { evidence, shards } = record.promotion;
  return provenBy(record, fence, { promotedAt: record.promotedAt, evidence, shards }, sentAt, certify);
};

const positionOf = ({ nodeGroupId, replicationId, fencedOffset, nodes }: FencedShard): ShardPosition => {
  const primary = nodes.find(({ role }) => role === 'primary');
  return {
    nodeGroupId,
    replicationId,
    sourceOffset: fencedOffset,
    targetOffset: primary?.appliedOffset ?? fencedOffset,
  };
};
