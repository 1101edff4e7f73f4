import { type CertificateInput, canonicalBody, hashOf } from '../../../functions/cutover/certificate-body.ts';
import type { Certificates } from '../../../functions/cutover/certificate-ports.ts';
import type { CertificateSignature, OffsetCertificate } from '../../../functions/migration/certificate.ts';
import type { FenceRecord } from '../../../functions/migration/fence.ts';
import { aRecord, MIGRATION_ID } from '../../functions/support/records.ts';

const [OLD_HISTORY, NEW_HISTORY] = ['a'.repeat(40), 'b'.repeat(40)];
const SOURCE = { address: '10.0.0.5', port: 6379 };
const node = (number: number, role: 'primary' | 'replica', appliedOffset: number) => ({
  cacheClusterId: `test-00${number}`,
  role,
  endpoint: { address: `10.0.1.${number}`, port: 6379 },
  appliedOffset,
});

/** A sealed fence over one shard: the source at 1000, its target a primary and a replica beyond that. */
export const aFence = (change: Partial<FenceRecord> = {}): FenceRecord => ({
  migrationId: MIGRATION_ID,
  replicationGroupId: 'test',
  attempt: 'attempt-1',
  phase: 'sealed',
  kind: 'acl',
  openedAt: '2026-01-01T00:10:00.000Z',
  deadlineAt: '2026-01-01T00:10:02.000Z',
  nodes: [
    {
      nodeGroupId: '0001',
      endpoint: SOURCE,
      role: 'primary',
      connection: 'elasticache-migrator-attempt-1',
      before: { users: ['default on nopass ~* &* +@all'] },
      persistsBy: 'configFile',
    },
  ],
  times: {
    frozenAt: '2026-01-01T00:10:00.100Z',
    drainedAt: '2026-01-01T00:10:00.200Z',
    fencedAt: '2026-01-01T00:10:00.300Z',
  },
  shards: [
    {
      nodeGroupId: '0001',
      source: SOURCE,
      replicationId: OLD_HISTORY,
      fencedOffset: 1000,
      nodes: [node(1, 'primary', 1000), node(2, 'replica', 1014)],
      writeCalls: { set: 5 },
    },
  ],
  sealedAt: '2026-01-01T00:10:00.400Z',
  ...change,
});

export const aCertificateInput = (change: Partial<CertificateInput> = {}): CertificateInput => ({
  record: {
    ...aRecord(),
    cutover: {
      requestedAt: '2026-01-01T00:09:59.000Z',
      by: { by: 'http', at: '2026-01-01T00:09:59.000Z', principal: 'arn:aws:iam::000000000000:user/ops' },
    },
    verificationReport: {
      verdict: 'same',
      why: 'Every key is the same on both sides.',
      mode: 'full',
      startedAt: '2026-01-01T00:05:00.000Z',
      verifiedAt: '2026-01-01T00:06:00.000Z',
      counts: {
        compared: 10_000,
        lookedFor: 10_000,
        big: 0,
        candidates: 0,
        settled: 0,
        expired: 0,
        evicted: 0,
        unsettled: 0,
        unreadable: 0,
        differences: { missing: 0, extra: 0, type: 0, value: 0, ttl: 0 },
      },
      differences: [],
      untold: [],
      notes: [],
    },
  },
  fence: aFence(),
  promotedShards: [
    {
      nodeGroupId: '0001',
      primary: { address: '10.0.1.1', port: 6379 },
      replicationId: NEW_HISTORY,
      previousReplicationId: OLD_HISTORY,
      continuesUpToOffset: 1015,
    },
  ],
  completeSentAt: '2026-01-01T00:10:00.500Z',
  promotedAt: '2026-01-01T00:12:00.000Z',
  ...change,
});

/** Its hash made anew, as somebody would who changes it knowingly. */
export const rehashed = (certificate: OffsetCertificate): OffsetCertificate => ({
  ...certificate,
  hash: { algorithm: 'SHA-256', value: hashOf(canonicalBody(certificate)) },
});

/** In memory, as the table has them. */
export class FakeCertificates implements Certificates {
  readonly #kept = new Map<string, OffsetCertificate>();

  async find(migrationId: string) {
    return structuredClone(this.#kept.get(migrationId));
  }

  async keep(certificate: OffsetCertificate) {
    const standing = this.#kept.get(certificate.migrationId) ?? structuredClone(certificate);
    this.#kept.set(certificate.migrationId, standing);
    return structuredClone(standing);
  }

  async addSignature(migrationId: string, signature: CertificateSignature) {
    const standing = this.#kept.get(migrationId);
    if (!standing) throw new Error('none kept');
    standing.signature ??= signature;
    return structuredClone(standing);
  }
}
