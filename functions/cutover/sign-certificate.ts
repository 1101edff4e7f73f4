import type { OffsetCertificate } from '../migration/certificate.ts';
import { canonicalBody } from './certificate-body.ts';
import type { Certificates, Signer } from './certificate-ports.ts';

/** MigrationPromoted, on which clients are re-pointed, waits no longer for a signature. */
const SIGN_WITHIN_MS = 2000;

/**
 * Tries once more to have a kept certificate signed; for the closing of a migration. Answers it as it stands.
 *
 * @returns undefined when none was issued
 * @throws TransientServiceError of the table
 */
export const makeSignCertificate =
  (certificates: Pick<Certificates, 'find' | 'addSignature'>, signer: Pick<Signer, 'sign'>) =>
  async (migrationId: string): Promise<OffsetCertificate | undefined> => {
    const standing = await certificates.find(migrationId);
    return standing && signed(certificates, signer, standing);
  };

/** One that has no signature is sent to be signed, and is as good without. */
export const signed = async (
  certificates: Pick<Certificates, 'addSignature'>,
  signer: Pick<Signer, 'sign'>,
  certificate: OffsetCertificate,
): Promise<OffsetCertificate> => {
  if (certificate.signature) return certificate;
  const signature = await signer.sign(canonicalBody(certificate), SIGN_WITHIN_MS);
  if (!signature) return certificate;
  if ('whyNot' in signature) return { ...certificate, unsignedBecause: signature.whyNot };
  return certificates.addSignature(certificate.migrationId, signature);
};
