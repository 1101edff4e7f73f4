import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkFile } from '../../verify/certificate/check.ts';
import { type Lab, startLab } from './lab.ts';

const KEY_ID = 'offset-certificates';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ parameters: { CertificateKeyArn: `arn:aws:kms:us-west-2:000000000000:key/${KEY_ID}` } });
});
afterAll(() => lab?.end());

it('signs what a cutover rests on, announces it with the promotion, and keeps it', async () => {
  const key = lab.aws.kms.createKey({ keyId: KEY_ID });
  const publicKey = createPublicKey(key.publicKeyPem);
  const source = await lab.source();
  await lab.group('certified', {}, 1);

  const migrationId = await lab.start('certified', source.port, {
    cutover: { mode: 'automatic' },
    waivers: ['fence-not-durable'],
  });
  const promoted = await lab.announcement(migrationId, 'MigrationPromoted');
  const { certificate } = promoted.data as { certificate: object };
  const announced = checkFile({ detail: { metadata: { migrationId }, data: promoted.data } }, publicKey);
  const shown = checkFile(await lab.view(migrationId), publicKey);

  expect(announced?.findings.filter(({ verdict }) => verdict !== 'good')).toEqual([]);
  expect(announced?.certificate).toMatchObject({ migrationId, signature: { keyId: key.arn } });
  expect(shown?.certificate).toEqual(certificate);
  expect(checkFile(certificate, undefined)?.verdict).toBe('unknown');
  expect(checkFile({ ...certificate, replicationGroupId: 'another' }, publicKey)?.verdict).toBe('bad');
});
