import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonAnswer, jsonError, type WireService } from '../endpoint/wire.ts';
import { KmsError } from './errors.ts';
import type { Key, Kms } from './keys.ts';

interface Input {
  KeyId?: string;
  /** Base64, likewise below. */
  Message?: string;
  Signature?: string;
  MessageType?: string;
  SigningAlgorithm?: string;
  MacAlgorithm?: string;
}

/** What Sign and Verify take as a whole message (KMS API, Sign). */
const MOST_RAW_BYTES = 4096;
const DIGEST_BYTES = 32;

const tooLong = (): KmsError =>
  new KmsError(
    'ValidationException',
    `1 validation error detected: Value at 'message' failed to satisfy constraint: Member must have length between 1 and ${MOST_RAW_BYTES}`,
  );

/** The digest that is signed. @throws KmsError as KMS refuses it */
const digestOf = (key: Key, { Message = '', MessageType = 'RAW', SigningAlgorithm = '' }: Input): Buffer => {
  if (key.usage !== 'SIGN_VERIFY') {
    throw new KmsError('InvalidKeyUsageException', `${key.arn} key usage is ${key.usage} which is not valid for Sign.`);
  }
  if (!key.algorithms.includes(SigningAlgorithm)) {
    throw new KmsError(
      'InvalidKeyUsageException',
      `Algorithm ${SigningAlgorithm} is incompatible with key spec ${key.spec}.`,
    );
  }
  const message = Buffer.from(Message, 'base64');
  if (message.length < 1 || message.length > MOST_RAW_BYTES) throw tooLong();
  if (MessageType === 'RAW') return createHash('sha256').update(message).digest();
  if (MessageType !== 'DIGEST') {
    throw new KmsError('ValidationException', `MessageType ${MessageType} is not played by the embedded AWS`);
  }
  if (message.length !== DIGEST_BYTES) {
    throw new KmsError('ValidationException', `Digest is invalid length for algorithm ${SigningAlgorithm}.`);
  }
  return message;
};

const ASYMMETRIC: Record<string, (key: Key, input: Input) => object> = {
  GetPublicKey: ({ arn, publicKey, spec, usage, algorithms }) => ({
    KeyId: arn,
    PublicKey: publicKey.toString('base64'),
    KeySpec: spec,
    CustomerMasterKeySpec: spec,
    KeyUsage: usage,
    ...(algorithms.length > 0 && { SigningAlgorithms: algorithms }),
  }),
  Sign: (key, input) => ({
    KeyId: key.arn,
    Signature: key.sign(digestOf(key, input)).toString('base64'),
    SigningAlgorithm: input.SigningAlgorithm,
  }),
  Verify: (key, input) => {
    if (!key.verify(digestOf(key, input), Buffer.from(input.Signature ?? '', 'base64'))) {
      throw new KmsError('KMSInvalidSignatureException', 'The signature is not valid.');
    }
    return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: input.SigningAlgorithm };
  },
};

const generateMac = (kms: Kms, { KeyId = '', Message = '', MacAlgorithm = '' }: Input): object => {
  const { arn, mac } = kms.macKey(KeyId);
  const message = Buffer.from(Message, 'base64');
  if (MacAlgorithm !== 'HMAC_SHA_256') {
    throw new KmsError('InvalidKeyUsageException', `Algorithm ${MacAlgorithm} is incompatible with key spec HMAC_256.`);
  }
  if (message.length < 1 || message.length > MOST_RAW_BYTES) throw tooLong();
  return { KeyId: arn, Mac: mac(message).toString('base64'), MacAlgorithm };
};

const OPERATIONS: Record<string, (kms: Kms, input: Input) => object> = {
  GenerateMac: generateMac,
  ...Object.fromEntries(
    Object.entries(ASYMMETRIC).map(([name, run]) => [
      name,
      (kms: Kms, input: Input) => run(kms.usable(input.KeyId ?? ''), input),
    ]),
  ),
};

/** The JSON 1.1 slice of KMS that asymmetric signing and HMACs need. */
export const kmsWire =
  (kms: Kms): WireService =>
  async ({ headers, body }) => {
    const name = (headers['x-amz-target'] ?? '').replace('TrentService.', '');
    const operation = OPERATIONS[name];
    if (!operation) {
      return jsonError('UnknownOperationException', `KMS ${name} is not played by the embedded AWS`, '1.1');
    }
    if (kms.delayMs > 0) await sleep(kms.delayMs);
    try {
      const input = JSON.parse(body.toString()) as Input;
      return jsonAnswer(operation(kms, input), '1.1');
    } catch (error) {
      if (error instanceof KmsError) return jsonError(error.code, error.message, '1.1');
      if (error instanceof SyntaxError) return jsonError('SerializationException', error.message, '1.1');
      throw error;
    }
  };
