import { createHash } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand, type SigningAlgorithmSpec } from '@aws-sdk/client-kms';
import type { Signer } from '../cutover/certificate-ports.ts';

/** The best first. The digest's length must be that of the algorithm (KMS API, Sign). */
const DIGESTS = [
  ['ECDSA_SHA_256', 'sha256'],
  ['RSASSA_PSS_SHA_256', 'sha256'],
  ['ECDSA_SHA_384', 'sha384'],
  ['ECDSA_SHA_512', 'sha512'],
] as const satisfies readonly (readonly [SigningAlgorithmSpec, string])[];

const textOf = (operation: string, error: unknown): string =>
  `${operation}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;

/**
 * Signs by an asymmetric key of KMS with the usage SIGN_VERIFY. What is sent is the digest: Sign takes messages of 4096
 * bytes at the most, and the signature is the same (KMS API, Sign).
 *
 * @param keyArn undefined: nothing is signed
 */
export const kmsSigner = (keyArn: string | undefined, client = new KMSClient({ maxAttempts: 2 })): Signer => {
  /** Of the key, which never changes; read once. */
  let algorithms: readonly string[] | undefined;

  return {
    async sign(canonical, withinMs) {
      if (keyArn === undefined) return undefined;
      const abortSignal = AbortSignal.timeout(withinMs);
      let operation = 'KMS GetPublicKey';
      try {
        algorithms ??= (await client.send(new GetPublicKeyCommand({ KeyId: keyArn }), { abortSignal }))
          .SigningAlgorithms;
        const chosen = DIGESTS.find(([algorithm]) => algorithms?.includes(algorithm));
        if (!chosen) {
          return { whyNot: `the key ${keyArn} signs by none of ${DIGESTS.map(([name]) => name).join(', ')}` };
        }
        const [algorithm, digest] = chosen;
        operation = 'KMS Sign';
        const { Signature, KeyId = keyArn } = await client.send(
          new SignCommand({
            KeyId: keyArn,
            SigningAlgorithm: algorithm,
            MessageType: 'DIGEST',
            Message: createHash(digest).update(canonical).digest(),
          }),
          { abortSignal },
        );
        if (!Signature) return { whyNot: `${operation} answered without a signature` };
        return { keyId: KeyId, algorithm, value: Buffer.from(Signature).toString('base64') };
      } catch (error) {
        const late = abortSignal.aborted;
        return { whyNot: late ? `${operation}: no answer within ${withinMs} ms` : textOf(operation, error) };
      }
    },
  };
};

/** By the key that the template names; its variable is empty where there is none. */
export const theSigner = (): Signer => kmsSigner(process.env.CERTIFICATE_KEY_ARN || undefined);
