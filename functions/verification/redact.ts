import type { Redaction } from '../migration/key-name.ts';
import type { DifferenceSide, ReportedDifference, VerificationReport } from '../migration/verification.ts';

/**
 * The report without names of keys. Digests of values go as well, since short values are guessed by them, and so do notes,
 * which may name parts of a value.
 */
export const redacted = (report: VerificationReport, redaction: Redaction | undefined): VerificationReport =>
  redaction === undefined
    ? report
    : {
        ...report,
        differences: report.differences.map((difference) => withoutName(difference, redaction)),
        untold: report.untold.map((text) => untoldWithoutName(text, redaction)),
      };

const withoutName = (
  { database, key, kind, source, target }: ReportedDifference,
  redaction: Redaction,
): ReportedDifference => ({
  database,
  key: redaction(key),
  kind,
  ...(source && { source: withoutDigest(source) }),
  ...(target && { target: withoutDigest(target) }),
});

const withoutDigest = ({ digest: _, ...side }: DifferenceSide): DifferenceSide => side;

/** `<name> in database 0: <note>`. A name may hold anything, these words as well: the last of them are ours. */
const untoldWithoutName = (text: string, redaction: Redaction): string => {
  const [, key, rest] = /^(.*)( in database \d+: .*)$/s.exec(text) ?? [];
  return key === undefined ? redaction(text) : `${redaction(key)}${rest}`;
};
