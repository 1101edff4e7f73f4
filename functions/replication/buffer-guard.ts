import type { ReplicaLimit } from './replica-limit.ts';

interface Sample {
  atMs: number;
  bytes: number;
}

/** What is remembered of the buffer during one full sync. */
export interface BufferTrack {
  peakBytes: number;
  /** Growth is measured from these two, which move on. */
  older?: Sample;
  newer?: Sample;
  /** Since when it has been at the soft limit without a break. */
  softSinceMs?: number;
}

export interface BufferLook extends Sample {
  limit: ReplicaLimit | undefined;
  /** Until the copy ends, where anybody can know. */
  etaSeconds: number | undefined;
  pollMs: number;
}

/** A buffer that the source is about to close the link for. */
export interface BufferDanger {
  /** The limit that comes first. */
  limitBytes: number;
  by: 'hard' | 'soft';
  /** At the present growth; absent when it does not grow. */
  secondsToLimit?: number;
}

export const freshTrack: BufferTrack = { peakBytes: 0 };

/** Growth is measured over this and twice this: over less it is a burst. */
const BETWEEN_SAMPLES_MS = 1000;
/** Writes may come half as fast again as in the last seconds. */
const SAFETY = 1.5;
/** What is said must come before the link is closed, and early enough for a person to see it. */
const LOOKS_AHEAD = 5;
const SECONDS_AHEAD = 10;
/** Less of a limit than this threatens nothing: the first moments of a calm sync look like growth, too. */
const QUIET_SHARE = 0.1;

/** Takes a look into account. */
export const follow = (track: BufferTrack, { atMs, bytes, limit }: BufferLook): BufferTrack => {
  const sample = { atMs, bytes };
  const isAboveSoft = limit !== undefined && limit.softBytes > 0 && bytes >= limit.softBytes;
  const { older, newer } = track;
  const moved =
    older === undefined
      ? { older: sample }
      : newer === undefined
        ? { older, ...(isApart(older, sample) && { newer: sample }) }
        : isApart(newer, sample)
          ? { older: newer, newer: sample }
          : { older, newer };
  return {
    peakBytes: Math.max(track.peakBytes, bytes),
    ...moved,
    ...(isAboveSoft && { softSinceMs: track.softSinceMs ?? atMs }),
  };
};

const isApart = (from: Sample, to: Sample): boolean => to.atMs - from.atMs >= BETWEEN_SAMPLES_MS;

/** Bytes a second, negative when it shrinks; of what the samples show the fastest. 0 at the first look. */
export const growthOf = ({ older, newer }: BufferTrack, { atMs, bytes }: Sample): number => {
  const rates = [older, newer].flatMap((from) =>
    from && atMs > from.atMs && (from === older || isApart(from, { atMs, bytes }))
      ? [((bytes - from.bytes) * 1000) / (atMs - from.atMs)]
      : [],
  );
  return rates.length > 0 ? Math.max(...rates) : 0;
};

/**
 * Judges whether the source will close the link before the full sync is over. The track is that of before this look.
 * What has used half of the hard limit and does not shrink threatens, and so does what comes to a limit's end within the
 * next looks or seconds, or before the copy ends. Where nobody knows when the copy ends, so does what has stood at the
 * soft limit for half of its time.
 */
export const judgeBuffer = (track: BufferTrack, look: BufferLook): BufferDanger | undefined => {
  const { limit, etaSeconds, pollMs } = look;
  if (!limit) return undefined;
  const growth = growthOf(track, look);
  const aheadSeconds = Math.max(SECONDS_AHEAD, (LOOKS_AHEAD * pollMs) / 1000, etaSeconds ?? 0) * SAFETY;
  const hard = hardLimit(limit, look.bytes, growth);
  const soft = softLimit(limit, look, growth, track.softSinceMs ?? look.atMs);
  const soonest = soft.seconds < hard.seconds ? soft : hard;
  if (soonest.seconds <= aheadSeconds) return toDanger(soonest);
  if (look.bytes > limit.hardBytes / 2 && limit.hardBytes > 0 && growth >= 0) return toDanger(hard);
  return etaSeconds === undefined && soft.isHalfOver ? toDanger(soft) : undefined;
};

interface Nearing {
  by: BufferDanger['by'];
  limitBytes: number;
  /** Until the source closes the link for it; infinite when it will not. */
  seconds: number;
}

const toDanger = ({ by, limitBytes, seconds }: Nearing): BufferDanger => ({
  by,
  limitBytes,
  ...(Number.isFinite(seconds) && { secondsToLimit: Math.floor(seconds * 10) / 10 }),
});

const hardLimit = ({ hardBytes }: ReplicaLimit, bytes: number, growth: number): Nearing => ({
  by: 'hard',
  limitBytes: hardBytes,
  seconds: secondsTo(hardBytes, bytes, growth),
});

const softLimit = (
  { softBytes, softSeconds }: ReplicaLimit,
  { bytes, atMs }: Sample,
  growth: number,
  sinceMs: number,
): Nearing & { isHalfOver: boolean } => {
  const limit = { by: 'soft', limitBytes: softBytes } as const;
  if (softBytes === 0 || bytes < softBytes) {
    return { ...limit, seconds: secondsTo(softBytes, bytes, growth) + softSeconds, isHalfOver: false };
  }
  const stoodSeconds = (atMs - sinceMs) / 1000;
  const leftSeconds = Math.max(0, softSeconds - stoodSeconds);
  const shrinksInTime = growth < 0 && (bytes - softBytes) / -growth < leftSeconds;
  return {
    ...limit,
    seconds: shrinksInTime ? Number.POSITIVE_INFINITY : leftSeconds,
    isHalfOver: !shrinksInTime && stoodSeconds >= softSeconds / 2,
  };
};

const secondsTo = (limitBytes: number, bytes: number, growth: number): number => {
  if (limitBytes === 0 || growth <= 0 || bytes < limitBytes * QUIET_SHARE) return Number.POSITIVE_INFINITY;
  return Math.max(0, (limitBytes - bytes) / growth);
};
