import { createHash } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { kmsSigner } from '../../functions/adapters/kms.ts';
import { buildCertificate, type CertificateInput, canonicalBody } from '../../functions/cutover/certificate-body.ts';
import type { Certificates, Signer } from '../../functions/cutover/certificate-ports.ts';
import { makeIssueCertificate } from '../../functions/cutover/issue-certificate.ts';
import { makeSignCertificate } from '../../functions/cutover/sign-certificate.ts';
import { type Key, Kms } from '../../local/kms/keys.ts';
import { kmsWire } from '../../local/kms/protocol.ts';
import { checkFile } from '../../verify/certificate/check.ts';
import { type RealTable, realTable } from '../functions/support/table.ts';
import { sdkSettings } from '../local/fixture/fixture.ts';
import { type Served, serveAlone } from '../local/fixture/serve.ts';
import { aCertificateInput, aFence, FakeCertificates } from './support/certificates.ts';

const kms = new Kms();
let key: Key;
let served: Served;
let client: KMSClient;
let real: RealTable;
beforeAll(async () => {
  key = kms.createKey();
  served = await serveAlone({ kms: kmsWire(kms) });
  client = new KMSClient(sdkSettings(served.url, 2));
  real = await realTable();
});
afterAll(async () => {
  client.destroy();
  await served.close();
  await real.close();
});
beforeEach(() => {
  kms.delayMs = 0;
  served.setFaultPolicy(() => 'none');
});

const built = (change: Partial<CertificateInput> = {}) => {
  const { record, fence, promotedShards, completeSentAt, promotedAt } = aCertificateInput(change);
  return buildCertificate(record, fence, promotedShards, completeSentAt, promotedAt);
};

describe('the body of a certificate', () => {
  it('has a canonical form whatever was accepted as a reason', () => {
    const half = 'window open \ud83d';
    const { record } = aCertificateInput();
    const by = { by: 'http', at: '2026-01-01T00:09:59.000Z', reason: half } as const;
    const confirmation = { at: by.at, by, reason: half, unproven: [], keys: [] };
    const body = built({
      record: { ...record, requestedBy: by, promotion: { evidence: half, shards: [], confirmation } },
    });

    expect(body).toMatchObject({ askedBy: { migration: { reason: 'window open \ufffd' } } });
    expect(canonicalBody(body as NonNullable<typeof body>).isWellFormed()).toBe(true);
  });

  it('tells per shard what was fenced, applied and promoted, the times, who asked, and what it rests on', () => {
    expect(built()).toMatchObject({
      certificate: 'elasticache-migrator/offsets/v1',
      fence: { kind: 'acl', nodes: [{ role: 'primary', outlivesRestart: true }] },
      shards: [
        {
          fencedOffset: 1000,
          nodes: [{ appliedOffset: 1000 }, { appliedOffset: 1014 }],
          promoted: { continuesUpToOffset: 1015 },
        },
      ],
      times: { migrationRequestedAt: '2026-01-01T00:00:00.000Z', cutoverRequestedAt: '2026-01-01T00:09:59.000Z' },
      askedBy: { cutover: { principal: 'arn:aws:iam::000000000000:user/ops' } },
      verification: { verdict: 'same', compared: 10_000, differences: 0, waived: false },
      waivers: [],
    });
  });

  it('holds no rules of users and no names of connections', () => {
    expect(JSON.stringify(built())).not.toMatch(/nopass|attempt-1/);
  });

  it('is none where no shard was fenced, or one of them was not read as promoted', () => {
    const { shards: _, ...unsealed } = aFence();
    expect(built({ fence: unsealed })).toBeUndefined();
    expect(built({ fence: aFence({ shards: [] }) })).toBeUndefined();
    expect(built({ promotedShards: [] })).toBeUndefined();
  });

  it('rests on no verification where there was none, and tells a waived one', () => {
    const { record } = aCertificateInput();
    const { verificationReport: report, ...without } = record;
    expect(built({ record: without })?.verification).toBeNull();
    const waiving = {
      ...record,
      verificationReport: { ...(report as NonNullable<typeof report>), verdict: 'different' as const },
      cutover: { ...record.cutover, waivers: ['verification-differences' as const] },
    };
    expect(built({ record: waiving })).toMatchObject({
      verification: { verdict: 'different', waived: true },
      waivers: ['verification-differences'],
    });
  });
});

const noKey: Signer = { sign: async () => undefined };
const signer = (arn = key.arn) => kmsSigner(arn, client);
let count = 0;
/** Of a migration that nobody has a certificate of. */
const newInput = () => {
  const input = aCertificateInput();
  return { ...input, record: { ...input.record, migrationId: `migration-${++count}` } };
};

describe.each<[string, () => Certificates]>([
  ['in memory', () => new FakeCertificates()],
  ['in DynamoDB', () => real.certificates],
])('certificates kept %s', (_, make) => {
  it('are issued signed, kept, and found again word for word', async () => {
    const certificates = make();
    const input = newInput();
    const issued = await makeIssueCertificate(certificates, signer())(input);

    expect(issued?.signature).toMatchObject({ keyId: key.arn, algorithm: 'ECDSA_SHA_256' });
    expect(issued?.hash.value).toBe(
      createHash('sha256')
        .update(canonicalBody(issued as NonNullable<typeof issued>))
        .digest('hex'),
    );
    expect(await certificates.find(input.record.migrationId)).toEqual(issued);
  });

  it('are answered again as they stand, whatever is known by then', async () => {
    const certificates = make();
    const input = newInput();
    const issue = makeIssueCertificate(certificates, signer());
    const first = await issue(input);

    expect(await issue({ ...input, promotedAt: '2026-01-01T00:20:00.000Z' })).toEqual(first);
  });

  it('are one when two are issued at once', async () => {
    const certificates = make();
    const input = newInput();
    const issue = makeIssueCertificate(certificates, signer());
    const [one, other] = await Promise.all([issue(input), issue({ ...input, promotedAt: '2026-01-01T00:20:00.000Z' })]);

    expect(other).toEqual(one);
  });

  it('are signed later when KMS could not', async () => {
    const certificates = make();
    const input = newInput();
    served.setFaultPolicy(() => 'fail');
    const unsigned = await makeIssueCertificate(certificates, signer())(input);
    expect(unsigned).toMatchObject({ unsignedBecause: expect.stringContaining('KMS GetPublicKey') });
    expect(unsigned?.signature).toBeUndefined();

    served.setFaultPolicy(() => 'none');
    const signed = await makeSignCertificate(certificates, signer())(input.record.migrationId);
    expect(signed).toMatchObject({ hash: unsigned?.hash, signature: { keyId: key.arn } });
    expect(signed?.unsignedBecause).toBeUndefined();
  });

  it('have a hash alone where no key is configured', async () => {
    const issued = await makeIssueCertificate(make(), noKey)(newInput());

    expect(issued).toMatchObject({ hash: { algorithm: 'SHA-256' } });
    expect(issued).not.toHaveProperty('signature');
    expect(issued).not.toHaveProperty('unsignedBecause');
  });

  it('are not signed when none was issued', async () => {
    expect(await makeSignCertificate(make(), signer())('nobody')).toBeUndefined();
  });
});

describe('a signature by KMS', () => {
  const canonical = 'x'.repeat(100_000);

  it.each(['ECC_NIST_P256', 'RSA_2048'] as const)('by %s is checked offline by its public key alone', async (spec) => {
    const { arn, publicKeyPem } = kms.createKey({ spec });
    const issued = await makeIssueCertificate(new FakeCertificates(), signer(arn))(newInput());
    const { createPublicKey } = await import('node:crypto');

    expect(checkFile(issued, createPublicKey(publicKeyPem))?.verdict).toBe('good');
    expect(checkFile(issued, createPublicKey(kms.createKey({ spec }).publicKeyPem))?.verdict).toBe('bad');
  });

  it('is given to what is longer than KMS takes as a message', async () => {
    expect(await signer().sign(canonical, 2000)).toMatchObject({ keyId: key.arn });
  });

  it('is not waited for longer than was said', async () => {
    kms.delayMs = 60_000;

    expect(await signer().sign(canonical, 50)).toEqual({ whyNot: 'KMS GetPublicKey: no answer within 50 ms' });
  });

  it.each([
    ['a key that is not there', () => 'arn:aws:kms:us-west-2:000000000000:key/absent', 'NotFoundException'],
    [
      'a key for another use',
      () => kms.createKey({ spec: 'RSA_2048', usage: 'ENCRYPT_DECRYPT' }).arn,
      'signs by none of',
    ],
  ])('is told to be missing because of %s', async (_, arn, why) => {
    expect(await signer(arn()).sign(canonical, 2000)).toEqual({ whyNot: expect.stringContaining(why) });
  });

  it('is given after KMS has failed once', async () => {
    const faults: string[] = [];
    served.setFaultPolicy(({ operation }) => (faults.push(operation) === 1 ? 'fail' : 'none'));

    expect(await signer().sign(canonical, 2000)).toMatchObject({ keyId: key.arn });
    expect(faults).toEqual(['GetPublicKey', 'GetPublicKey', 'Sign']);
  });
});
