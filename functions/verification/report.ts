import type { VerificationReport, VerificationSettings } from '../migration/verification.ts';
import type { Counts } from './checkpoint.ts';
import { differencesIn, isAbout, type VerificationResult } from './result.ts';

/** What has been found, as the view and the events tell it. */
export const toReport = (result: VerificationResult): VerificationReport => ({
  verdict: result.verdict,
  why: whyOf(result),
  mode: result.mode,
  startedAt: result.startedAt,
  verifiedAt: result.finishedAt,
  ...(result.confidence && { confidence: result.confidence }),
  counts: result.counts,
  differences: result.differences,
  untold: result.untold,
  notes: result.notes,
});

/** Of a verification that could not be carried out. */
export const impossible = (
  { mode }: VerificationSettings,
  why: string,
  startedAtMs: number,
  nowMs: number,
): VerificationReport => ({
  verdict: 'unknown',
  why: `The verification could not be carried out: ${why.slice(0, LONGEST_WHY)}.`,
  mode: mode === 'sample' ? 'sample' : 'full',
  startedAt: new Date(startedAtMs).toISOString(),
  verifiedAt: new Date(nowMs).toISOString(),
  differences: [],
  untold: [],
  notes: [],
});

const LONGEST_WHY = 1000;
/** So many differences go through the state machine and into an event; the record has more. */
const MOST_TOLD = 20;

export const cut = (report: VerificationReport): VerificationReport => ({
  ...report,
  differences: report.differences.slice(0, MOST_TOLD),
});

const whyOf = ({ verdict, counts, confidence }: VerificationResult): string => {
  if (verdict === 'different')
    return `${isAbout(counts) ? 'About ' : ''}${number(differencesIn(counts), 'key differs', 'keys differ')}: ${kindsOf(counts)}.`;
  if (verdict === 'unknown') {
    const untold = number(counts.unsettled + counts.unreadable, 'key', 'keys');
    return `No difference was found, but ${untold} could not be told: ${unknownsOf(counts)}.`;
  }
  if (confidence) return `A sample shows no difference: ${confidence.text}.`;
  const [compared, lookedFor] = [counts.compared, counts.lookedFor].map((keys) => number(keys, 'key', 'keys'));
  return `Source and target hold the same: ${compared} of the source compared, ${lookedFor} of the target looked for.`;
};

const kindsOf = ({ differences }: Counts): string =>
  Object.entries(differences)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count.toLocaleString('en-US')} ${KINDS[kind as keyof Counts['differences']]}`)
    .join(', ');

const KINDS: Record<keyof Counts['differences'], string> = {
  missing: 'missing on the target',
  extra: 'only on the target',
  type: 'of another type',
  value: 'of another value',
  ttl: 'of another expiry',
};

const unknownsOf = ({ unsettled, unreadable }: Counts): string =>
  [
    ...(unsettled > 0 ? [`${unsettled.toLocaleString('en-US')} changed faster than they could be compared`] : []),
    ...(unreadable > 0 ? [`${unreadable.toLocaleString('en-US')} of types that cannot be read`] : []),
  ].join(', ');

const number = (count: number, one: string, many: string): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
