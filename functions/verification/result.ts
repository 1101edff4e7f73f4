import { type Checkpoint, type Counts, MAX_CONFIRMED } from './checkpoint.ts';
import type { Difference } from './difference.ts';

/** What verification has to say. */
export interface VerificationResult {
  /** `same`: no difference. `different`: at least one confirmed. `unknown`: none, but some keys could not be told. */
  verdict: 'same' | 'different' | 'unknown';
  mode: 'full' | 'sample';
  /** Of a sample without differences: what it says of the rest. */
  confidence?: { maxDifferentShare: number; text: string };
  counts: Counts;
  /** The first 100; `counts.differences` has all. */
  differences: Difference[];
  /** Some keys that could not be told. */
  untold: string[];
  /** What a reader should know: restarts, a target that stood still. */
  notes: string[];
  ttlToleranceMs: number;
  /** ISO 8601. */
  startedAt: string;
  finishedAt: string;
}

export const differencesIn = ({ differences }: Counts): number =>
  Object.values(differences).reduce((sum, count) => sum + count, 0);

/** Beyond so many a key that SCAN returns twice is counted twice. */
export const isAbout = (counts: Counts): boolean => differencesIn(counts) > MAX_CONFIRMED;

export const toResult = (checkpoint: Checkpoint, nowMs: number): VerificationResult => {
  const { counts, options, differences, untold, notes, startedAtMs, servers } = checkpoint;
  const different = differencesIn(counts);
  return {
    verdict: different > 0 ? 'different' : counts.unsettled + counts.unreadable > 0 ? 'unknown' : 'same',
    mode: options.mode,
    ...(options.mode === 'sample' && different === 0 && { confidence: confidenceOf(counts) }),
    counts,
    differences,
    untold,
    notes,
    ttlToleranceMs: servers?.ttlToleranceMs ?? 0,
    startedAt: new Date(startedAtMs).toISOString(),
    finishedAt: new Date(nowMs).toISOString(),
  };
};

/**
 * Rule of three: with n keys drawn and none different, at most a share of 3/n is different, at 95 %.
 * Both directions are drawn separately, so the smaller of them counts.
 */
const confidenceOf = ({ compared, lookedFor }: Counts) => {
  if (compared + lookedFor === 0)
    return { maxDifferentShare: 0, text: 'neither side holds a key, so that there was nothing to draw' };
  const drawn = Math.min(compared, lookedFor);
  const share = drawn === 0 ? 1 : Math.min(1, 3 / drawn);
  return {
    maxDifferentShare: share,
    text: `${drawn} keys drawn on each side and none different: at 95 % at most ${percent(share)} of all keys differ`,
  };
};

const percent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`;
