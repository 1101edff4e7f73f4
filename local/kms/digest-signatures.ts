import {
  constants,
  createECDH,
  createHash,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
  randomBytes,
} from 'node:crypto';

/*
 * Signatures over a digest that somebody else made, as KMS gives them with MessageType DIGEST: node:crypto only signs what it
 * has hashed itself. The arithmetic of the curve and of RSA is OpenSSL's all the same.
 */

/** The order of P-256's base point (FIPS 186-5, SP 800-186). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const toNumber = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex') || '0'}`);
const toBytes = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
const modulo = (value: bigint): bigint => ((value % ORDER) + ORDER) % ORDER;

const inverse = (value: bigint): bigint => {
  let [a, b, x, y] = [modulo(value), ORDER, 1n, 0n];
  while (a > 1n) {
    [x, y] = [y - (b / a) * x, x];
    [a, b] = [b % a, a];
  }
  return modulo(x);
};

/** The x coordinate of `scalar` times the base point. */
const pointOf = (scalar: bigint): bigint => {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(toBytes(scalar));
  return modulo(toNumber(curve.getPublicKey().subarray(1, 33)));
};

const privateNumber = (key: KeyObject): bigint =>
  toNumber(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'));

/** r and s of an ECDSA signature by P-256 (FIPS 186-5, 6.4). */
export const signDigestByP256 = (key: KeyObject, digest: Buffer): { r: bigint; s: bigint } => {
  const once = modulo(toNumber(randomBytes(40))) || 1n;
  const r = pointOf(once);
  return { r, s: modulo(inverse(once) * (toNumber(digest) + r * privateNumber(key))) };
};

/** Whoever holds the private key needs no addition of points to verify. */
export const verifyDigestByP256 = (key: KeyObject, digest: Buffer, { r, s }: { r: bigint; s: bigint }): boolean => {
  if (r <= 0n || s <= 0n || r >= ORDER || s >= ORDER) return false;
  const scalar = modulo(inverse(s) * (toNumber(digest) + r * privateNumber(key)));
  return scalar !== 0n && pointOf(scalar) === r;
};

const SALT_BYTES = 32;

/** MGF1 with SHA-256 (RFC 8017, B.2.1). */
const mask = (seed: Buffer, length: number): Buffer => {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) => {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(index);
    return createHash('sha256').update(seed).update(counter).digest();
  });
  return Buffer.concat(blocks).subarray(0, length);
};
const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, index) => byte ^ (b[index] as number)));
const hashed = (digest: Buffer, salt: Buffer): Buffer =>
  createHash('sha256').update(Buffer.alloc(8)).update(digest).update(salt).digest();

/** RSASSA-PSS over a SHA-256 digest, its salt as long as the digest (RFC 8017, 9.1.1). @param bytes of the modulus */
export const signDigestByRsa = (key: KeyObject, digest: Buffer, bytes: number): Buffer => {
  const salt = randomBytes(SALT_BYTES);
  const hash = hashed(digest, salt);
  const block = Buffer.alloc(bytes - 32 - 1);
  block[block.length - SALT_BYTES - 1] = 1;
  salt.copy(block, block.length - SALT_BYTES);
  const masked = xor(block, mask(hash, block.length));
  masked[0] = (masked[0] as number) & 0x7f;
  const encoded = Buffer.concat([masked, hash, Buffer.of(0xbc)]);
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
};

/** RFC 8017, 9.1.2. */
export const verifyDigestByRsa = (key: KeyObject, digest: Buffer, signature: Buffer, bytes: number): boolean => {
  if (signature.length !== bytes) return false;
  const encoded = publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
  const [masked, hash] = [encoded.subarray(0, bytes - 33), encoded.subarray(bytes - 33, bytes - 1)];
  const block = xor(masked, mask(hash, masked.length));
  block[0] = (block[0] as number) & 0x7f;
  const salt = block.subarray(block.length - SALT_BYTES);
  const start = block.subarray(0, block.length - SALT_BYTES);
  return (
    encoded.at(-1) === 0xbc &&
    start.at(-1) === 1 &&
    start.subarray(0, -1).every((byte) => byte === 0) &&
    hashed(digest, salt).equals(hash)
  );
};
