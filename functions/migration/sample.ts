import type { Phase } from './status.ts';

/** So long a sample is kept: as long as the execution, whose timeline stands beside the charts, and some weeks. */
export const SAMPLES_LIVE_SECONDS = 120 * 24 * 3600;

/** What is known of one shard's link, where there are several. */
export interface ShardSample {
  nodeGroupId: string;
  lagBytes?: number;
  lagSeconds?: number;
}

/**
 * A point of the charts: what the looks of some seconds said of a replication. Lag and buffer are the largest of those
 * looks, all else is the last one's. A figure that is not known is absent.
 */
export interface Sample {
  /** ISO 8601: of the last of the looks. */
  at: string;
  phase: Phase;
  /** Of all shards together. */
  lagBytes?: number;
  /** Of the shard that lags most. */
  lagSeconds?: number;
  bytesCopied?: number;
  bytesTotal?: number;
  /** Since the sample before: of the full sync while it copies, else of the stream of writes that the target applies. */
  bytesPerSecond?: number;
  /** What the source holds back for the target, and the most that it holds back. */
  bufferBytes?: number;
  bufferLimitBytes?: number;
  /** Only where there are several. */
  shards?: ShardSample[];
}

/** A sample as it is kept: a speed is told by two of them, also when different tasks took them. */
export interface KeptSample extends Omit<Sample, 'bytesPerSecond'> {
  /** Up to where the targets have applied the stream of writes, added up. */
  appliedOffset?: number;
  /** Offsets can be held against each other only within one of these: it stands for the sources' replication ids. */
  stream?: string;
}

/** The samples in the table. */
export interface Samples {
  /** Keeps samples of a migration, in the order of their times. */
  append(migrationId: string, samples: readonly KeptSample[]): Promise<void>;
  /** Those from `fromMs` to `toMs`, both included, in whatever order; one that was written twice may come twice. */
  between(migrationId: string, fromMs: number, toMs: number): Promise<KeptSample[]>;
}

/** Which part of a migration's history is asked for. Times in milliseconds since the epoch. */
export interface HistoryQuery {
  /** From its beginning on where nothing is said. */
  fromMs?: number;
  /** Up to its end, or to now, where nothing is said. */
  toMs?: number;
  /** The most samples that are answered. */
  points: number;
}

/** What GET /migrations/{id}/history answers. */
export interface History {
  migrationId: string;
  /** ISO 8601: what was asked for, as far as the migration lasts. */
  from: string;
  to: string;
  /** Of so long a time the extremes are kept; absent where nothing was left out. */
  resolutionSeconds?: number;
  /** Oldest first. */
  samples: Sample[];
}
