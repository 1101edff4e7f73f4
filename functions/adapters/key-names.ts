import { createHmac } from 'node:crypto';
import { GenerateMacCommand, KMSClient } from '@aws-sdk/client-kms';
import { TransientServiceError } from '../migration/errors.ts';
import { AS_THEY_ARE, type KeyNames } from '../migration/key-name.ts';

/** What the secret is for: another use of the key would have another one. */
const PURPOSE = Buffer.from('elasticache-migrator: names of keys');
/** 64 bits: two of a hundred names in a report are the same by chance once in 10^15 reports. */
const DIGITS = 16;

/**
 * Names become HMACs. The secret is what an HMAC key of KMS makes of a constant: it is the same for all functions of a
 * deployment and all its migrations, it is stored nowhere, and who has it needs leave for kms:GenerateMac. A bare hash would
 * not do, since names are guessed easily.
 */
export const kmsKeyNames = (keyArn: string, client = new KMSClient({ maxAttempts: 4 })): KeyNames => {
  let secret: Promise<Uint8Array> | undefined;

  const make = async (): Promise<Uint8Array> => {
    try {
      const command = new GenerateMacCommand({ KeyId: keyArn, MacAlgorithm: 'HMAC_SHA_256', Message: PURPOSE });
      const { Mac } = await client.send(command);
      if (!Mac) throw new Error('it answered without a MAC');
      return Mac;
    } catch (error) {
      // A refusal too: it may be a permission that has yet to arrive, and whatever it is, no name is told.
      secret = undefined;
      throw new TransientServiceError('KMS GenerateMac for the names of keys', error);
    }
  };

  return {
    async redaction() {
      secret ??= make();
      const key = await secret;
      return (name) => `key-${createHmac('sha256', key).update(name).digest('hex').slice(0, DIGITS)}`;
    },
  };
};

/** By the key that the template makes with RedactKeyNames; its variable is empty without. */
export const theKeyNames = (): KeyNames => {
  const keyArn = process.env.KEY_NAMES_KEY_ARN;
  return keyArn ? kmsKeyNames(keyArn) : AS_THEY_ARE;
};
