import type { Difference, Side } from '../functions/verification/difference.ts';
import { differencesIn, isAbout, type VerificationResult } from '../functions/verification/result.ts';
import { count } from './screen.ts';

const KINDS = {
  missing: 'missing on the target',
  extra: 'only on the target',
  type: 'of another type',
  value: 'with another value',
  ttl: 'with another expiry',
} as const;

/** The report for people. */
export const readable = (result: VerificationResult): string => {
  const { counts } = result;
  const seconds = (Date.parse(result.finishedAt) - Date.parse(result.startedAt)) / 1000;
  return [
    headline(result),
    '',
    `${count(counts.compared)} keys of the source compared, ${count(counts.lookedFor)} of the target looked for, in ${seconds.toFixed(1)} s`,
    counts.big > 0 && `${count(counts.big)} of them big, compared piece by piece`,
    counts.candidates > 0 && rechecked(result),
    result.ttlToleranceMs > 0 && `expiries up to ${count(result.ttlToleranceMs)} ms apart count as equal`,
    ...result.notes,
    ...differenceLines(result),
    ...untoldLines(result),
  ]
    .filter((line) => line !== false)
    .join('\n');
};

const headline = (result: VerificationResult): string => {
  if (result.verdict === 'different')
    return `DIFFERENT: ${isAbout(result.counts) ? 'about ' : ''}${count(differencesIn(result.counts))} ${differencesIn(result.counts) === 1 ? 'key' : 'keys'}`;
  if (result.verdict === 'same' && result.confidence) return `SAME, as far as was looked: ${result.confidence.text}.`;
  const { unsettled, unreadable } = result.counts;
  return result.verdict === 'same'
    ? 'SAME: every key is the same on both sides.'
    : `COULD NOT TELL: ${count(unsettled + unreadable)} keys`;
};

const rechecked = ({ counts }: VerificationResult): string =>
  `${count(counts.candidates)} looked different at first; ${count(counts.settled)} settled, ${count(counts.expired)} expired, ${count(counts.evicted)} were evicted`;

const differenceLines = ({ counts, differences }: VerificationResult): string[] => {
  const all = differencesIn(counts);
  if (all === 0) return [];
  const kinds = Object.entries(KINDS).filter(([kind]) => counts.differences[kind as keyof typeof KINDS] > 0);
  return [
    '',
    ...kinds.map(([kind, text]) => `  ${count(counts.differences[kind as keyof typeof KINDS]).padStart(9)} ${text}`),
    '',
    ...differences.map(line),
    ...(all > differences.length ? [`  … and ${count(all - differences.length)} more`] : []),
  ];
};

const line = ({ database, key, keyBase64, kind, source, target, note }: Difference): string =>
  [
    `  ${kind.padEnd(8)} db${database} ${key === '' ? '(the empty name)' : key}`,
    keyBase64 === undefined ? '' : ` [base64 ${keyBase64}]`,
    `: ${side(source)} | ${side(target)}`,
    note === undefined ? '' : ` (${note})`,
  ].join('');

const side = (one: Side | undefined): string => {
  if (!one) return 'nothing';
  const expiry = one.expiresAtMs === undefined ? '' : `, expires ${new Date(one.expiresAtMs).toISOString()}`;
  return `${one.type} of ${one.length}${one.digest === undefined ? '' : ` ${one.digest}`}${expiry}`;
};

const untoldLines = ({ untold, counts }: VerificationResult): string[] =>
  untold.length === 0
    ? []
    : ['', `Could not be told (${count(counts.unsettled + counts.unreadable)}):`, ...untold.map((one) => `  ${one}`)];
