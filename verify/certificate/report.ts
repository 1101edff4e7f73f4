import type { CertificateCheck } from './check.ts';

const HEADLINES = {
  good: 'GOOD: when CompleteMigration was sent, the target had everything that the source had.',
  bad: 'BAD: this certificate does not prove that.',
  unknown: 'COULD NOT TELL: nothing speaks against it, but not everything could be checked.',
} as const;

const MARKS = { good: 'ok ', bad: 'BAD', unknown: '?  ' } as const;

/** The check for people. */
export const readable = ({ verdict, findings, certificate }: CertificateCheck): string =>
  [
    HEADLINES[verdict],
    '',
    ...(certificate
      ? [
          `migration ${printable(certificate.migrationId)}, replication group ${printable(certificate.replicationGroupId)}`,
          ...Object.entries(certificate.times).map(([name, time]) => `  ${name.padEnd(22)} ${printable(time)}`),
          '',
        ]
      : []),
    ...findings.map((finding) => `${MARKS[finding.verdict]}  ${finding.what}: ${finding.text}`).map(printable),
  ].join('\n');

/** The file is somebody else's: nothing of it may steer the terminal. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?').slice(0, 500);
