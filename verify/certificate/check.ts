import type { KeyObject } from 'node:crypto';
import type { OffsetCertificate } from '../../functions/migration/certificate.ts';
import { bad, type Finding, good } from './finding.ts';
import { toCertificate } from './form.ts';
import { locate } from './locate.ts';
import { checkMeaning } from './meaning.ts';
import { checkHash, checkSignature } from './signature.ts';

export interface CertificateCheck {
  verdict: Finding['verdict'];
  findings: Finding[];
  /** Absent where its form is wrong. */
  certificate?: OffsetCertificate;
}

/** @returns undefined when the file holds no certificate */
export const checkFile = (file: unknown, key: KeyObject | undefined): CertificateCheck | undefined => {
  const located = locate(file);
  if (!located) return undefined;
  const parsed = toCertificate(located.value);
  if ('problems' in parsed) return judged(parsed.problems.map((problem) => bad('form', problem)));
  const { certificate } = parsed;
  const owner = located.migrationId;
  const findings = [
    good('form', 'it is that of a certificate'),
    ...(owner !== undefined && owner !== certificate.migrationId
      ? [bad('form', `the file is about migration ${owner}, and the certificate about ${certificate.migrationId}`)]
      : []),
    checkHash(certificate),
    checkSignature(certificate, key),
    ...checkMeaning(certificate),
  ];
  return { ...judged(findings), certificate };
};

const judged = (findings: Finding[]): CertificateCheck => {
  const has = (verdict: Finding['verdict']) => findings.some((finding) => finding.verdict === verdict);
  return { verdict: has('bad') ? 'bad' : has('unknown') ? 'unknown' : 'good', findings };
};
