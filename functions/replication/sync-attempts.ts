import { type BufferTrack, freshTrack } from './buffer-guard.ts';
import type { ReplicaLine } from './info.ts';
import type { LinkState } from './link-state.ts';
import { waitingReplicas } from './replica-buffers.ts';
import { isReadable, type Reading, type ServerReading } from './shard-link.ts';

/** Why a full sync had to begin anew. */
export type ResyncCause = 'restart' | 'buffer' | 'snapshot' | 'backlog' | 'unknown';

/** A full sync of ours, from the moment when it was first seen. */
export interface SyncAttempt {
  /** The source's run and its count of full syncs, as last read before any sign that our link had broken. */
  runId?: string;
  fullSyncs?: number;
  /** The source's count of overcome output buffers when the attempt began. */
  bufferDisconnections?: number;
  /** The only replica that waits for its copy: `ip:port` of its line in INFO. */
  waiting?: string;
  bytesCopied: number;
  /** The link has been seen to break since, and not to resume. */
  broken: boolean;
  /** The copy was over, and the link up. */
  finished: boolean;
  /** The buffer came near its limit. */
  threatened: boolean;
  track: BufferTrack;
}

/** What is remembered of the full syncs since the link was last in sync. */
export interface SyncMemory {
  attempt?: SyncAttempt;
  /** How often the full sync began anew. */
  restarts: number;
  /** How many of them had which cause. */
  causes: Partial<Record<ResyncCause, number>>;
  /** The most that was held back for the target. */
  peakBytes: number;
}

export const freshSync: SyncMemory = { restarts: 0, causes: {}, peakBytes: 0 };

export interface SyncLook {
  phase: LinkState['phase'];
  source: Reading;
  target: Reading | undefined;
}

/**
 * Follows our full sync from look to look. It has begun anew when the target copies, the source has begun another full
 * sync, and that one is ours: other replicas raise the source's count as well. It is ours when our link was seen to break,
 * or when all along the source had one and the same replica that waits for its copy. The latter is needed: within
 * milliseconds of an overcome buffer the target waits for the next snapshot, and looks as before (measured on 7.0.15).
 * A link that breaks and resumes is the same full sync. In sync, all is forgotten.
 */
export const followSync = (memory: SyncMemory, look: SyncLook): SyncMemory => {
  const { phase, source, target } = look;
  if (phase === 'inSync') return freshSync;
  if (!isReadable(target)) return memory;
  const { attempt } = memory;
  if (!attempt) return phase === 'copying' || phase === 'loading' ? { ...memory, attempt: begin(look) } : memory;

  const broken = attempt.broken || breaks(attempt, look);
  if (isReadable(source) && phase === 'copying' && isAnew(attempt, source, broken)) {
    const cause = causeOf(attempt, source);
    return {
      attempt: begin(look),
      restarts: memory.restarts + 1,
      causes: { ...memory.causes, [cause]: (memory.causes[cause] ?? 0) + 1 },
      peakBytes: Math.max(memory.peakBytes, attempt.track.peakBytes),
    };
  }
  const isUp = target.link?.status === 'up' && phase === 'catchingUp';
  const stillBroken = broken && !isUp;
  return {
    ...memory,
    attempt: {
      ...attempt,
      ...(isReadable(source) && !stillBroken && standingOf(source)),
      bytesCopied: Math.max(attempt.bytesCopied, target.link?.bytesRead ?? 0),
      broken: stillBroken,
      finished: attempt.finished || isUp,
    },
  };
};

const begin = ({ source, target }: SyncLook): SyncAttempt => ({
  ...(isReadable(source) && standingOf(source)),
  ...(isReadable(source) &&
    source.counters.bufferDisconnections !== undefined && {
      bufferDisconnections: source.counters.bufferDisconnections,
    }),
  bytesCopied: (isReadable(target) && target.link?.bytesRead) || 0,
  broken: false,
  finished: false,
  threatened: false,
  track: freshTrack,
});

const standingOf = (source: ServerReading): Pick<SyncAttempt, 'runId' | 'fullSyncs' | 'waiting'> => {
  const { runId, fullSyncs } = source.counters;
  const waiting = onlyWaiting(source);
  return {
    ...(runId !== undefined && { runId }),
    ...(fullSyncs !== undefined && { fullSyncs }),
    ...(waiting !== undefined && { waiting }),
  };
};

const onlyWaiting = ({ replicas }: ServerReading): string | undefined => {
  const [only, ...others] = waitingReplicas(replicas);
  return only && others.length === 0 ? nameOf(only) : undefined;
};

const nameOf = ({ ip, port }: ReplicaLine): string => `${ip}:${port}`;

/** The signs of a broken link, on either side. */
const breaks = (attempt: SyncAttempt, { phase, source, target }: SyncLook): boolean => {
  if (phase === 'linkLost' || phase === 'connecting') return true;
  if (phase !== 'copying') return false;
  if (attempt.finished) return true;
  const bytesRead = isReadable(target) ? target.link?.bytesRead : undefined;
  if (bytesRead !== undefined && bytesRead < attempt.bytesCopied) return true;
  // The target may not know yet: the source's child still holds its socket.
  return isReadable(source) && attempt.waiting !== undefined && !source.replicas.map(nameOf).includes(attempt.waiting);
};

const isAnew = (attempt: SyncAttempt, source: ServerReading, broken: boolean): boolean => {
  const { runId, fullSyncs } = source.counters;
  if (fullSyncs === undefined || attempt.fullSyncs === undefined) return false;
  if (fullSyncs === attempt.fullSyncs && runId === attempt.runId) return false;
  return broken || (attempt.waiting !== undefined && attempt.waiting === onlyWaiting(source));
};

/** The evidence for the cause, the strongest first. */
const causeOf = (attempt: SyncAttempt, { counters }: ServerReading): ResyncCause => {
  const { runId, bufferDisconnections, snapshotFails } = counters;
  if (attempt.runId !== undefined && runId !== undefined && runId !== attempt.runId) return 'restart';
  const overcame =
    bufferDisconnections !== undefined &&
    attempt.bufferDisconnections !== undefined &&
    bufferDisconnections > attempt.bufferDisconnections;
  if (overcame || attempt.threatened) return 'buffer';
  if (snapshotFails) return 'snapshot';
  // The target had all data, and was not let resume: the backlog did not reach back to where it stood.
  return attempt.finished ? 'backlog' : 'unknown';
};
