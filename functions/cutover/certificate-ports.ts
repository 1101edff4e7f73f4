import type { CertificateSignature, OffsetCertificate } from '../migration/certificate.ts';

/** The certificates in the table, kept for good. Every call throws TransientServiceError for what may pass. */
export interface Certificates {
  find(migrationId: string): Promise<OffsetCertificate | undefined>;
  /** Writes it, or answers the one that stands already. */
  keep(certificate: OffsetCertificate): Promise<OffsetCertificate>;
  /** Adds the signature to one that has none. Answers the certificate as it is afterwards: the first signature stands. */
  addSignature(migrationId: string, signature: CertificateSignature): Promise<OffsetCertificate>;
}

/** Signs certificates, where a key is configured. */
export interface Signer {
  /**
   * Never an error: a certificate without a signature is worth more than none.
   *
   * @param withinMs for everything that it takes
   * @returns undefined when no key is configured
   */
  sign(canonical: string, withinMs: number): Promise<CertificateSignature | { whyNot: string } | undefined>;
}
