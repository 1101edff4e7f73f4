import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kmsKeyNames, theKeyNames } from '../../../functions/adapters/key-names.ts';
import { TransientServiceError } from '../../../functions/migration/errors.ts';
import type { KeyNames } from '../../../functions/migration/key-name.ts';
import { Kms } from '../../../local/kms/keys.ts';
import { kmsWire } from '../../../local/kms/protocol.ts';
import { sdkSettings } from '../../local/fixture/fixture.ts';
import { type Served, serveAlone } from '../../local/fixture/serve.ts';

const NAME = 'session:anna@example.com';
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

const toldBy = async (names: KeyNames, name: string) => (await names.redaction())?.(name);

describe('Names of keys', () => {
  it('are told as they are where no key is named', async () => {
    expect(await theKeyNames().redaction()).toBeUndefined();
  });

  it('are told as the same text by every function that may use the key, and as another by another key', async () => {
    const [key, other] = [kms.createMacKey(), kms.createMacKey()];
    const told = await toldBy(kmsKeyNames(key.arn, client), NAME);

    expect(told).toMatch(/^key-[0-9a-f]{16}$/);
    expect(await toldBy(kmsKeyNames(key.arn, client), NAME)).toBe(told);
    expect(await toldBy(kmsKeyNames(key.arn, client), `${NAME}x`)).not.toBe(told);
    expect(await toldBy(kmsKeyNames(other.arn, client), NAME)).not.toBe(told);
  });

  it('are not told at all without the key, and are once it can be used', async () => {
    const names = kmsKeyNames('arn:aws:kms:us-west-2:000000000000:key/later', client);

    await expect(names.redaction()).rejects.toThrow(TransientServiceError);
    kms.createMacKey('later');
    expect(await toldBy(kmsKeyNames('later', client), NAME)).toMatch(/^key-/);
    await expect(names.redaction()).resolves.toBeTypeOf('function');
  });
});
