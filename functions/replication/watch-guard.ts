import { bytesText } from '../migration/bytes-text.ts';
import type { Endpoint } from '../migration/record.ts';
import { sentence } from '../migration/sentence.ts';
import { type BufferDanger, follow, growthOf, judgeBuffer } from './buffer-guard.ts';
import type { Look } from './look.ts';
import type { Probe } from './ports.ts';
import { bufferOfSync, type SyncBuffer } from './replica-buffers.ts';
import { actingLimit, type ReplicaSettings } from './replica-limit.ts';
import { raiseLimit } from './replica-remedy.ts';
import { failIfLoops } from './resync-loop.ts';
import { isReadable, primaryOf, type ServerReading } from './shard-link.ts';
import { followSync, type SyncAttempt, type SyncMemory } from './sync-attempts.ts';

/** A buffer that comes near the limit at which the source closes the link. */
export interface BufferThreat {
  bytes: number;
  limitBytes: number;
  /** At the present growth; absent when it does not grow. */
  secondsToLimit?: number;
  /** How often the full sync has begun, this one included. */
  fullSyncs: number;
  /** Commands for the source that help, in their order. */
  remedy: string[];
  /** One sentence. */
  why: string;
}

export interface Guarded {
  sync: SyncMemory;
  /** What the source holds back for the target, and the hard limit for it. */
  buffer?: { bytes: number; limitBytes?: number };
  /** At most once in each full sync. */
  threat?: BufferThreat;
}

/** Whoever follows the advice raises the limit while it is watched. */
const SETTINGS_KEPT_MS = 15_000;

/**
 * Guards the full sync during one watch: asks the source what it holds back for the target, for as long as the full sync
 * goes on and at no other time, and its configuration now and then.
 *
 * A migration has one link as yet: cluster mode is refused.
 */
export const makeWatchGuard = (
  redis: Pick<Probe, 'replicaBuffers' | 'replicaSettings'>,
  replicationGroupId: string,
  source: Endpoint,
  pollMs: number,
) => {
  let read: { atMs: number; settings: ReplicaSettings } | undefined;
  const settingsAt = async (nowMs: number): Promise<ReplicaSettings> => {
    if (!read || nowMs - read.atMs >= SETTINGS_KEPT_MS) {
      read = { atMs: nowMs, settings: await redis.replicaSettings(source) };
    }
    return read.settings;
  };

  /** @throws ResyncLoopError */
  return async (
    { readings: [reading], states: [state], nowMs }: Look,
    memory: SyncMemory,
    etaSeconds: number | undefined,
  ): Promise<Guarded> => {
    if (!reading || !state) return { sync: memory };
    const target = reading.nodes.get(primaryOf(reading.link).cacheClusterId);
    const sync = followSync(memory, { phase: state.phase, source: reading.source, target });
    const { attempt } = sync;
    if (!attempt || !isReadable(reading.source)) return { sync };

    const settings = await settingsAt(nowMs);
    const known = { source, settings, counters: reading.source.counters };
    failIfLoops(replicationGroupId, sync, known);
    const buffer = isGuarded(state.phase) ? await bufferAt(redis, source, reading.source, settings) : undefined;
    if (!buffer) return { sync };

    const limit = actingLimit(settings, known.counters.majorVersion);
    const look = { atMs: nowMs, bytes: buffer.bytes, limit, etaSeconds, pollMs };
    const danger = attempt.threatened ? undefined : judgeBuffer(attempt.track, look);
    const watched: SyncAttempt = {
      ...attempt,
      track: follow(attempt.track, look),
      threatened: attempt.threatened || danger !== undefined,
    };
    const shown = {
      bytes: buffer.bytes,
      ...(limit !== undefined && limit.hardBytes > 0 && { limitBytes: limit.hardBytes }),
    };
    if (!danger) return { sync: { ...sync, attempt: watched }, buffer: shown };
    const expected = buffer.bytes + Math.max(0, growthOf(attempt.track, look)) * (etaSeconds ?? 0);
    const { limitBytes, secondsToLimit } = danger;
    return {
      sync: { ...sync, attempt: watched },
      buffer: shown,
      threat: {
        bytes: buffer.bytes,
        limitBytes,
        ...(secondsToLimit !== undefined && { secondsToLimit }),
        fullSyncs: sync.restarts + 1,
        remedy: raiseLimit(known, expected),
        why: sentence(whyOf(buffer, danger)),
      },
    };
  };
};

/** Before, nothing is held back; after, what is held back is on its way. */
const isGuarded = (phase: string): boolean => phase === 'copying' || phase === 'loading' || phase === 'catchingUp';

const bufferAt = async (
  redis: Pick<Probe, 'replicaBuffers'>,
  endpoint: Endpoint,
  { replicas, counters }: ServerReading,
  { backlogBytes = 0 }: ReplicaSettings,
): Promise<SyncBuffer | undefined> => {
  const buffers = await redis.replicaBuffers(endpoint);
  if (buffers) return bufferOfSync(buffers, replicas);
  // A source that tells nothing of its clients still sums up: of all replicas, from Redis 7 on what goes beyond the backlog.
  const { replicaBuffersBytes: sum, majorVersion = 0 } = counters;
  if (sum === undefined || replicas.length === 0) return undefined;
  return { bytes: sum > 0 && majorVersion >= 7 ? sum + backlogBytes : sum, amongReplicas: replicas.length };
};

const whyOf = ({ bytes, amongReplicas }: SyncBuffer, { by, limitBytes, secondsToLimit }: BufferDanger): string => {
  const whose =
    amongReplicas > 1
      ? `the largest of the buffers that the source keeps for its ${amongReplicas} replicas`
      : 'the buffer that the source keeps for the target';
  const limit =
    by === 'hard' ? `of ${bytesText(limitBytes)} at most` : `and may not stay above ${bytesText(limitBytes)}`;
  const when = secondsToLimit === undefined ? 'when it is overcome' : `${soon(secondsToLimit)} at the present growth`;
  return `${whose} holds ${bytesText(bytes)}, ${limit}: the source closes the link ${when}, and the full sync begins anew`;
};

const soon = (seconds: number): string => (seconds < 1 ? 'within a second' : `in ${Math.round(seconds)} s`);
