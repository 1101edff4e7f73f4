export const VERIFICATION_MODES = ['full', 'sample', 'none'] as const;
export type VerificationMode = (typeof VERIFICATION_MODES)[number];

/** How a migration is verified before its cutover. */
export interface VerificationSettings {
  /** `none`: source and target are not compared at all. */
  mode: VerificationMode;
  /** With `sample`: how many keys of each side are drawn. */
  sampleKeys?: number;
  /** Over both directions. */
  maxKeysPerSecond: number;
  /** A cutover on a result that is older verifies again first. */
  freshForMinutes: number;
  /** Two expiries that are so close count as equal; absent: what the servers' versions need. */
  ttlToleranceMs?: number;
}

export const DEFAULT_VERIFICATION: VerificationSettings = {
  mode: 'full',
  maxKeysPerSecond: 50_000,
  freshForMinutes: 60,
};
/** Shows by the rule of three that, at 95 %, at most 3 keys in 10,000 differ. */
export const DEFAULT_SAMPLE_KEYS = 10_000;

/** `unknown`: no difference was found, but something could not be told. */
export type VerificationVerdict = 'same' | 'different' | 'unknown';

export interface VerificationCounts {
  /** Keys of the source that were held against the target. */
  compared: number;
  /** Keys of the target that were looked for on the source. */
  lookedFor: number;
  /** Keys compared piece by piece. */
  big: number;
  /** Keys that were not the same at the first look, and what became of them. */
  candidates: number;
  settled: number;
  expired: number;
  evicted: number;
  /** Keys that changed faster than they could be compared. */
  unsettled: number;
  /** Keys of a type that cannot be read. */
  unreadable: number;
  differences: Record<DifferenceKind, number>;
}

export type DifferenceKind = 'missing' | 'extra' | 'type' | 'value' | 'ttl';

/** One side of a difference. */
export interface DifferenceSide {
  type: string;
  /** The first 16 hex digits of the value's digest; absent for big values. */
  digest?: string;
  /** Epoch milliseconds. */
  expiresAtMs?: number;
  /** Bytes of a string, elements of anything else. */
  length: number;
}

export interface ReportedDifference {
  database: number;
  /** Printable. */
  key: string;
  /** The name's bytes, where the text is not the name itself. */
  keyBase64?: string;
  kind: DifferenceKind;
  source?: DifferenceSide;
  target?: DifferenceSide;
  note?: string;
}

/** Which copy of the source's data was verified. What the source does not say is absent. */
export interface VerificationEpoch {
  replicationId: string;
  /** Another one after each restart of the source. */
  runId?: string;
  /** INFO's sync_full: full syncs that the source has begun, for whichever replica. */
  fullSyncs?: number;
}

/** What a verification has found. */
export interface VerificationReport {
  verdict: VerificationVerdict;
  /** One sentence. */
  why: string;
  mode: Exclude<VerificationMode, 'none'>;
  /** ISO 8601: when it began, and when it had its verdict. */
  startedAt: string;
  verifiedAt: string;
  /** Of a sample without differences: what it says of the rest. */
  confidence?: { maxDifferentShare: number; text: string };
  /** Absent where it could not be carried out. */
  counts?: VerificationCounts;
  /** The first of them; `counts.differences` has all. */
  differences: ReportedDifference[];
  /** Some keys that could not be told. */
  untold: string[];
  /** What a reader should know: restarts, a target that stood still. */
  notes: string[];
  /** Before its last step; a cutover under another one verifies again. Absent where it could not be read. */
  epoch?: VerificationEpoch;
}

/** How far a verification is. A figure that is not known is absent. */
export interface VerificationProgress {
  /** 0-100. */
  percent: number;
  keysDone: number;
  keysTotal: number;
  keysPerSecond?: number;
  etaSeconds?: number;
  waitingFor?: string;
  counts: VerificationCounts;
  /** ISO 8601: when it began, and when the figures were read. */
  startedAt: string;
  asOf: string;
}
