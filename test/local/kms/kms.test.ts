import { constants, createHash, createPublicKey, verify } from 'node:crypto';
import {
  GetPublicKeyCommand,
  KMSClient,
  SignCommand,
  type SigningAlgorithmSpec,
  VerifyCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeySpec, Kms } from '../../../local/kms/keys.ts';
import { kmsWire } from '../../../local/kms/protocol.ts';
import { sdkSettings } from '../fixture/fixture.ts';
import { type Served, serveAlone } from '../fixture/serve.ts';

const kms = new Kms();
let served: Served;
let client: KMSClient;
beforeAll(async () => {
  served = await serveAlone({ kms: kmsWire(kms) });
  client = new KMSClient(sdkSettings(served.url));
});
afterAll(async () => {
  client.destroy();
  await served.close();
});

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

describe.each<[KeySpec, SigningAlgorithmSpec, object]>([
  ['ECC_NIST_P256', 'ECDSA_SHA_256', {}],
  ['RSA_2048', 'RSASSA_PSS_SHA_256', PSS],
])('KMS with a key of %s, by the stock client', (spec, SigningAlgorithm, padding) => {
  const key = kms.createKey({ spec });
  const message = Buffer.from('what is signed');
  const sign = async (MessageType: 'RAW' | 'DIGEST', Message: Buffer) =>
    (await client.send(new SignCommand({ KeyId: key.arn, SigningAlgorithm, MessageType, Message })))
      .Signature as Uint8Array;
  const digest = createHash('sha256').update(message).digest();

  it('tells the public key and what it signs by', async () => {
    const answer = await client.send(new GetPublicKeyCommand({ KeyId: key.arn }));

    expect(answer).toMatchObject({ KeyId: key.arn, KeySpec: spec, KeyUsage: 'SIGN_VERIFY' });
    expect(answer.SigningAlgorithms).toContain(SigningAlgorithm);
    const der = Buffer.from(answer.PublicKey as Uint8Array);
    expect(createPublicKey({ key: der, format: 'der', type: 'spki' }).export({ type: 'spki', format: 'pem' })).toBe(
      key.publicKeyPem,
    );
  });

  it.each(['RAW', 'DIGEST'] as const)('signs what node:crypto finds right, ten times over, from %s', async (type) => {
    for (let count = 0; count < 10; count++) {
      const signature = await sign(type, type === 'RAW' ? message : digest);

      expect(verify('sha256', message, { key: key.publicKeyPem, ...padding }, signature)).toBe(true);
      expect(verify('sha256', Buffer.from('another'), { key: key.publicKeyPem, ...padding }, signature)).toBe(false);
    }
  });

  it('finds its own signatures right, and others wrong', async () => {
    const Signature = await sign('DIGEST', digest);
    const asked = { KeyId: key.arn, SigningAlgorithm, Signature };

    expect(await client.send(new VerifyCommand({ ...asked, Message: message }))).toMatchObject({
      SignatureValid: true,
    });
    await expect(client.send(new VerifyCommand({ ...asked, Message: Buffer.from('another') }))).rejects.toMatchObject({
      name: 'KMSInvalidSignatureException',
    });
  });

  it('refuses a message that is too long, a digest that is none, and an algorithm of another key', async () => {
    await expect(sign('RAW', Buffer.alloc(4097))).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(sign('DIGEST', message)).rejects.toMatchObject({ name: 'ValidationException' });
    const wrong = new SignCommand({ KeyId: key.arn, SigningAlgorithm: 'ECDSA_SHA_512', Message: message });
    await expect(client.send(wrong)).rejects.toMatchObject({ name: 'InvalidKeyUsageException' });
  });
});

it('tells a key that is not there, one that is disabled, and one for another use', async () => {
  const disabled = kms.createKey();
  disabled.enabled = false;
  const encrypting = kms.createKey({ usage: 'ENCRYPT_DECRYPT', spec: 'RSA_2048' });
  const ask = (KeyId: string) => client.send(new GetPublicKeyCommand({ KeyId }));

  await expect(ask('absent')).rejects.toMatchObject({ name: 'NotFoundException' });
  await expect(ask(disabled.arn)).rejects.toMatchObject({ name: 'DisabledException' });
  expect((await ask(encrypting.arn)).SigningAlgorithms).toBeUndefined();
});
