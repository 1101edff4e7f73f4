import type { OffsetCertificate } from '../migration/certificate.ts';
import { buildCertificate, type CertificateInput, withHash } from './certificate-body.ts';
import type { Certificates, Signer } from './certificate-ports.ts';
import { signed } from './sign-certificate.ts';

/**
 * Builds the certificate of a promotion, keeps it, and has it signed; for whoever has just proven the promotion (the watch
 * over it, or settlement), before MigrationPromoted is announced. What is kept is answered again, whatever the input says
 * then: so a repeat announces the same. An unsigned one is signed at the next call. It is kept before it is signed, so that
 * there are never two signed ones of one migration.
 *
 * @returns undefined when there is nothing to certify: see buildCertificate
 * @throws TransientServiceError of the table; KMS never is one: `unsignedBecause` says why there is no signature
 */
export const makeIssueCertificate =
  (certificates: Pick<Certificates, 'find' | 'keep' | 'addSignature'>, signer: Pick<Signer, 'sign'>) =>
  async (input: CertificateInput): Promise<OffsetCertificate | undefined> => {
    const standing = await certificates.find(input.record.migrationId);
    if (standing) return signed(certificates, signer, standing);
    const { record, fence, promotedShards, completeSentAt, promotedAt } = input;
    const body = buildCertificate(record, fence, promotedShards, completeSentAt, promotedAt);
    return body && signed(certificates, signer, await certificates.keep(withHash(body)));
  };
