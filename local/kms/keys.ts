import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { arn } from '../identity.ts';
import { fromDer, toDer } from './der.ts';
import { signDigestByP256, signDigestByRsa, verifyDigestByP256, verifyDigestByRsa } from './digest-signatures.ts';
import { KmsError } from './errors.ts';

const RSA_BITS = 2048;

interface Spec {
  algorithm: string;
  generate(): KeyObject;
  sign(key: KeyObject, digest: Buffer): Buffer;
  verify(key: KeyObject, digest: Buffer, signature: Buffer): boolean;
}

/** The specs that are played, each with one of the algorithms that KMS has for it. */
const SPECS = {
  ECC_NIST_P256: {
    algorithm: 'ECDSA_SHA_256',
    generate: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    sign: (key, digest) => toDer(signDigestByP256(key, digest)),
    verify: (key, digest, signature) => {
      const numbers = fromDer(signature);
      return numbers !== undefined && verifyDigestByP256(key, digest, numbers);
    },
  },
  RSA_2048: {
    algorithm: 'RSASSA_PSS_SHA_256',
    generate: () => generateKeyPairSync('rsa', { modulusLength: RSA_BITS }).privateKey,
    sign: (key, digest) => signDigestByRsa(key, digest, RSA_BITS / 8),
    verify: (key, digest, signature) => verifyDigestByRsa(key, digest, signature, RSA_BITS / 8),
  },
} as const satisfies Record<string, Spec>;
export type KeySpec = keyof typeof SPECS;

export interface KeyOptions {
  spec?: KeySpec;
  usage?: 'SIGN_VERIFY' | 'ENCRYPT_DECRYPT';
  /** Without it a random UUID. */
  keyId?: string;
}

/** An asymmetric key as KMS has it. */
export interface Key {
  arn: string;
  spec: KeySpec;
  usage: 'SIGN_VERIFY' | 'ENCRYPT_DECRYPT';
  enabled: boolean;
  /** DER, SubjectPublicKeyInfo. */
  publicKey: Buffer;
  publicKeyPem: string;
  algorithms: readonly string[];
  sign(digest: Buffer): Buffer;
  verify(digest: Buffer, signature: Buffer): boolean;
}

/** A key for HMACs. */
export interface MacKey {
  arn: string;
  mac(message: Buffer): Buffer;
}

/** The keys of the embedded account. */
export class Kms {
  readonly #keys = new Map<string, Key>();
  readonly #macKeys = new Map<string, MacKey>();
  /** Every answer comes so much later. */
  delayMs = 0;

  /** RSA takes a tenth of a second or more to make. */
  createKey({ spec = 'ECC_NIST_P256', usage = 'SIGN_VERIFY', keyId = randomUUID() }: KeyOptions = {}): Key {
    const { algorithm, generate, sign, verify }: Spec = SPECS[spec];
    const key = generate();
    const publicKey = createPublicKey(key);
    const made: Key = {
      arn: arn('kms', `key/${keyId}`),
      spec,
      usage,
      enabled: true,
      publicKey: publicKey.export({ type: 'spki', format: 'der' }),
      publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      algorithms: usage === 'SIGN_VERIFY' ? [algorithm] : [],
      sign: (digest) => sign(key, digest),
      verify: (digest, signature) => verify(key, digest, signature),
    };
    this.#keys.set(made.arn, made).set(keyId, made);
    return made;
  }

  /** Of the spec HMAC_256. */
  createMacKey(keyId: string = randomUUID()): MacKey {
    const secret = randomBytes(32);
    const made: MacKey = {
      arn: arn('kms', `key/${keyId}`),
      mac: (message) => createHmac('sha256', secret).update(message).digest(),
    };
    this.#macKeys.set(made.arn, made).set(keyId, made);
    return made;
  }

  /** By its ARN or its id. @throws KmsError NotFoundException */
  macKey(keyId: string): MacKey {
    const key = this.#macKeys.get(keyId);
    if (!key) throw new KmsError('NotFoundException', `Key '${keyId}' does not exist`);
    return key;
  }

  /** By its ARN or its id. @throws KmsError NotFoundException, DisabledException */
  usable(keyId: string): Key {
    const key = this.#keys.get(keyId);
    if (!key) throw new KmsError('NotFoundException', `Key '${keyId}' does not exist`);
    if (!key.enabled) throw new KmsError('DisabledException', `${key.arn} is disabled.`);
    return key;
  }
}
