import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCertificate, withHash } from '../../functions/cutover/certificate-body.ts';
import type { CertificateBody, OffsetCertificate } from '../../functions/migration/certificate.ts';
import { Kms } from '../../local/kms/keys.ts';
import { checkFile } from '../../verify/certificate/check.ts';
import { aCertificateInput, rehashed } from './support/certificates.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const certificate = (): OffsetCertificate => {
  const { record, fence, promotedShards, completeSentAt, promotedAt } = aCertificateInput();
  return withHash(buildCertificate(record, fence, promotedShards, completeSentAt, promotedAt) as CertificateBody);
};

/** Changed knowingly: the hash fits again. */
const forged = (change: (certificate: OffsetCertificate) => void): OffsetCertificate => {
  const copy = structuredClone(certificate());
  change(copy);
  return rehashed(copy);
};
const badFindings = (file: unknown) =>
  checkFile(file, undefined)?.findings.flatMap(({ verdict, text }) => (verdict === 'bad' ? [text] : []));

describe('the check of a certificate', () => {
  it('finds one good that says what a cutover without a loss looks like', () => {
    expect(checkFile(certificate(), undefined)).toMatchObject({ verdict: 'good' });
  });

  it.each<[string, (certificate: OffsetCertificate) => void, RegExp]>([
    [
      'a replica that was behind',
      (c) => Object.assign(c.shards[0]?.nodes[1] ?? {}, { appliedOffset: 999 }),
      /test-002 had applied 999/,
    ],
    ['no shards', (c) => c.shards.splice(0), /no shard/],
    ['a shard told twice', (c) => c.shards.push(...structuredClone(c.shards)), /told twice/],
    [
      'no primary of the target',
      ({ shards: [shard] }) => Object.assign(shard?.nodes[0] ?? {}, { role: 'replica' }),
      /0 primaries/,
    ],
    [
      'another history',
      (c) => Object.assign(c.shards[0]?.promoted ?? {}, { previousReplicationId: 'c'.repeat(40) }),
      /continues the history c+/,
    ],
    [
      'a history cut before the fence',
      (c) => Object.assign(c.shards[0]?.promoted ?? {}, { continuesUpToOffset: 1000 }),
      /up to 1000 alone/,
    ],
    [
      'a node that was not promoted',
      (c) => Object.assign(c.shards[0]?.promoted ?? {}, { replicationId: 'a'.repeat(40) }),
      /was not promoted/,
    ],
    [
      'a stranger promoted',
      (c) => Object.assign(c.shards[0]?.promoted.primary ?? {}, { port: 1 }),
      /none of the nodes/,
    ],
    ['a source that was not fenced', (c) => c.fence.nodes.splice(0), /was not fenced as a primary/],
    [
      'a fence that a restart forgets',
      (c) => Object.assign(c.fence.nodes[0] ?? {}, { outlivesRestart: false }),
      /forgets the fence/,
    ],
    [
      'a promotion before it was asked for',
      (c) => Object.assign(c.times, { promotedAt: '2026-01-01T00:09:00.000Z' }),
      /the target was promoted before that/,
    ],
    [
      'a fence after CompleteMigration',
      (c) => Object.assign(c.times, { fencedAt: '2026-01-01T00:11:00.000Z' }),
      /CompleteMigration was sent before that/,
    ],
    [
      'no time of the fence',
      (c) => {
        delete c.times.fencedAt;
      },
      /when the fence stood/,
    ],
    [
      'differences that nobody waived',
      (c) => Object.assign(c.verification ?? {}, { verdict: 'different', differences: 3 }),
      /nobody waived/,
    ],
    [
      'a verification after the cutover',
      (c) => Object.assign(c.verification ?? {}, { verifiedAt: '2026-01-02T00:00:00.000Z' }),
      /after CompleteMigration/,
    ],
  ])('finds one bad that tells %s, although its hash fits', (_, change, why) => {
    expect(badFindings(forged(change))).toEqual([expect.stringMatching(why)]);
  });

  it('finds one bad that was changed after it was issued', () => {
    const changed = { ...certificate(), migrationId: 'another' };

    expect(badFindings(changed)).toEqual([expect.stringMatching(/changed after it was issued/)]);
  });

  it('names everything that is wrong with its form', () => {
    const { shards: _, hash: __, ...rest } = certificate();
    const found = badFindings({ ...rest, times: { ...rest.times, promotedAt: 'soon' } });

    expect(found).toEqual([
      expect.stringMatching(/^shards: /),
      expect.stringMatching(/^times\.promotedAt: /),
      expect.stringMatching(/^hash: /),
    ]);
  });

  it('takes no offset that a number does not hold exactly', () => {
    const huge = forged(({ shards: [shard] }) => Object.assign(shard ?? {}, { fencedOffset: 2 ** 60 }));

    expect(badFindings(huge)).toEqual([expect.stringMatching(/^shards\.0\.fencedOffset: /)]);
  });

  it('could not tell where the promoted primary did not tell its history', () => {
    const untold = forged(({ shards: [shard] }) => {
      delete shard?.promoted.previousReplicationId;
    });

    expect(checkFile(untold, undefined)).toMatchObject({ verdict: 'unknown' });
  });

  it('could not tell where the promotion is an operator’s word: it says whose, and what was found', () => {
    const confirming = (c: OffsetCertificate) => {
      Object.assign(c.shards[0]?.promoted ?? {}, { previousReplicationId: 'c'.repeat(40), continuesUpToOffset: 1 });
      c.confirmation = {
        at: c.times.promotedAt,
        by: { by: 'http', at: c.times.promotedAt, principal: 'arn:aws:iam::000000000000:user/ops' },
        reason: 'the source was restarted',
        unproven: ["The history does not go on from the source's."],
        keys: [{ nodeGroupId: '0001', sourceKeys: 12, targetKeys: 11 }],
      };
    };
    const check = checkFile(forged(confirming), undefined);

    expect(check?.verdict).toBe('unknown');
    expect(check?.findings.filter(({ verdict }) => verdict === 'unknown').map(({ text }) => text)).toEqual([
      expect.stringMatching(/continues the history c+/),
      expect.stringMatching(/up to 1 alone/),
      expect.stringMatching(
        /the word of arn:aws:iam::000000000000:user\/ops, .*\(the source was restarted\).*11 keys, and its source 12/,
      ),
    ]);
    const lying = forged((c) => {
      confirming(c);
      Object.assign(c.shards[0]?.promoted ?? {}, { replicationId: c.shards[0]?.replicationId });
    });
    expect(badFindings(lying)).toEqual([expect.stringMatching(/it was not promoted/)]);
  });

  it.each([
    [
      'a MigrationPromoted event',
      (c: unknown) => ({
        'detail-type': 'MigrationPromoted',
        detail: { metadata: { migrationId: 'test-0123456789ab' }, data: { certificate: c } },
      }),
    ],
    ['its detail', (c: unknown) => ({ metadata: { migrationId: 'test-0123456789ab' }, data: { certificate: c } })],
    [
      "the migration's view",
      (c: unknown) => ({ migrationId: 'test-0123456789ab', status: 'completed', certificate: c }),
    ],
  ])('finds it in %s, and whether it is of that migration', (_, wrap) => {
    expect(checkFile(wrap(certificate()), undefined)).toMatchObject({ verdict: 'good' });
    const others = forged((c) => Object.assign(c, { migrationId: 'other' }));
    expect(badFindings(wrap(others))).toEqual([expect.stringMatching(/the file is about migration test-0123456789ab/)]);
  });

  it('finds none in other JSON', () => {
    for (const other of [null, 3, 'text', [], {}, { status: 'syncing', certificate: { hash: 'a', signed: true } }]) {
      expect(checkFile(other, undefined)).toBeUndefined();
    }
  });
});

describe('npm run certificate', () => {
  let folder: string;
  const file = async (name: string, content: string | Uint8Array) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const run = (...args: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, ['verify/certificate/main.ts', ...args], { cwd: ROOT }, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
      );
    });
  const key = new Kms().createKey();
  const signed = (): OffsetCertificate => {
    const unsigned = certificate();
    const value = key.sign(Buffer.from(unsigned.hash.value, 'hex')).toString('base64');
    return { ...unsigned, signature: { keyId: key.arn, algorithm: 'ECDSA_SHA_256', value } };
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'certificate-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('says good, by the public key in PEM and in DER, and exits with 0', async () => {
    const path = await file('signed.json', JSON.stringify(signed()));
    for (const publicKey of [await file('key.pem', key.publicKeyPem), await file('key.der', key.publicKey)]) {
      const { code, stdout, stderr } = await run(path, '--public-key', publicKey);

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^GOOD: /);
      expect(stdout).toContain(`signature: ECDSA_SHA_256 by ${key.arn}`);
    }
  });

  it('could not tell without the public key, and exits with 2', async () => {
    const { code, stdout } = await run(await file('signed.json', JSON.stringify(signed())), '--json');

    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'unknown',
      findings: expect.arrayContaining([
        { what: 'signature', verdict: 'unknown', text: expect.stringContaining(key.arn) },
      ]),
    });
  });

  it('says bad of a forged one, one that lost its signature, and one by another key, and exits with 1', async () => {
    const pem = await file('key.pem', key.publicKeyPem);
    const { signature, ...body } = signed();
    const changed = { ...rehashed({ ...body, replicationGroupId: 'other' }), signature };
    for (const [name, content, publicKey] of [
      ['forged.json', changed, pem],
      ['stripped.json', body, pem],
      ['signed.json', signed(), await file('other.pem', new Kms().createKey().publicKeyPem)],
    ] as const) {
      const { code, stdout } = await run(await file(name, JSON.stringify(content)), '--public-key', publicKey);

      expect({ name, code }).toEqual({ name, code: 1 });
      expect(stdout).toMatch(/^BAD: /);
      expect(stdout).toMatch(/^BAD {2}signature: /m);
    }
  });

  it('could not tell from a key of another kind', async () => {
    const rsa = await file('rsa.pem', new Kms().createKey({ spec: 'RSA_2048' }).publicKeyPem);

    expect((await run(await file('signed.json', JSON.stringify(signed())), '--public-key', rsa)).code).toBe(2);
  });

  it('names everything that is wrong with what it was given, and exits with 2', async () => {
    const noKey = await file('no.pem', 'no key');
    const { code, stderr } = await run(await file('no.json', '{"half":'), '--public-key', noKey);

    expect(code).toBe(2);
    expect(stderr).toMatch(/no\.json is no JSON/);
    expect(stderr).toMatch(/no\.pem is no public key/);
    const { stdout, ...options } = await run('absent.json', 'b', '--what', '--public-key', '', '--json');
    expect(options.stderr).toMatch(/no option --what[\s\S]*--public-key needs a value[\s\S]*2 were named/);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'unknown', error: { code: 'usage' } });
    expect((await run(await file('other.json', '{"a":1}'))).stderr).toMatch(/other\.json holds no certificate/);
  });

  it('lets nothing of a hostile file steer the terminal', async () => {
    const hostile = forged((c) => Object.assign(c, { migrationId: 'evil\u001b]0;title\u0007\u202e' }));
    const { stdout } = await run(await file('hostile.json', JSON.stringify(hostile)));

    expect(stdout).toContain('evil?]0;title??');
  });
});
