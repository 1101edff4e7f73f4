import { constants, type KeyObject, verify } from 'node:crypto';
import { canonicalBody, hashOf } from '../../functions/cutover/certificate-body.ts';
import type { OffsetCertificate } from '../../functions/migration/certificate.ts';
import { bad, type Finding, good, unknown } from './finding.ts';

interface Scheme {
  keyType: 'ec' | 'rsa';
  digest: string;
}

/** KMS's names; the salt of PSS is as long as the digest (KMS developer guide, RSASSA_PSS). */
const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['ECDSA_SHA_256', { keyType: 'ec', digest: 'sha256' }],
  ['ECDSA_SHA_384', { keyType: 'ec', digest: 'sha384' }],
  ['ECDSA_SHA_512', { keyType: 'ec', digest: 'sha512' }],
  ['RSASSA_PSS_SHA_256', { keyType: 'rsa', digest: 'sha256' }],
]);

export const checkHash = (certificate: OffsetCertificate): Finding => {
  const found = hashOf(canonicalBody(certificate));
  return found === certificate.hash.value
    ? good('hash', 'the SHA-256 of the canonical form is the one that the certificate tells')
    : bad(
        'hash',
        `it was changed after it was issued: its SHA-256 is ${found}, and it tells ${certificate.hash.value}`,
      );
};

/** @param key the public one, where it was given */
export const checkSignature = (certificate: OffsetCertificate, key: KeyObject | undefined): Finding => {
  const { signature } = certificate;
  if (!signature) {
    return key
      ? bad('signature', 'it has none, although a public key was given to check it by')
      : good('signature', 'it has none: whoever could change it could change its hash too');
  }
  const { algorithm, keyId, value } = signature;
  if (!key) return unknown('signature', `it is signed by ${keyId}, and no public key was given to check that by`);
  const scheme = SCHEMES.get(algorithm);
  if (!scheme) return unknown('signature', `its algorithm ${algorithm.slice(0, 40)} is not known here`);
  if (key.asymmetricKeyType !== scheme.keyType) {
    return unknown(
      'signature',
      `it is ${algorithm}, and the public key given is ${key.asymmetricKeyType}: another key's`,
    );
  }
  const options = scheme.keyType === 'rsa' && {
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
  const canonical = Buffer.from(canonicalBody(certificate));
  return verify(scheme.digest, canonical, { key, ...options }, Buffer.from(value, 'base64'))
    ? good('signature', `${algorithm} by ${keyId}`)
    : bad('signature', 'it is not of this certificate by this key: the certificate was changed, or the key is another');
};
