import type { Progress, ShardView } from '../migration/record.ts';
import type { Phase } from '../migration/status.ts';
import { maxOf, sumOf } from './figures.ts';
import type { LinkState } from './link-state.ts';
import { isReadable, type LinkReading, primaryOf } from './shard-link.ts';

/** What is remembered of the full sync from one look, and from one invocation, to the next. */
export interface CopyMemory {
  bytesCopied?: number;
  bytesTotal?: number;
  /** When copying was first seen, and how much had been copied by then: the rate is measured from there. */
  since?: { atMs: number; bytesCopied: number };
}

/** A rate over less than this is noise: no ETA is derived from it. */
const SHORTEST_RATE_MS = 2000;

/**
 * Adds the shards' figures up. A total is only given when every shard that copies knows its own, and an ETA only when
 * the total and the rate are known.
 */
export const measure = (
  readings: readonly LinkReading[],
  states: readonly LinkState[],
  phase: Phase,
  memory: CopyMemory,
  nowMs: number,
): { progress: Progress; memory: CopyMemory } => {
  const copy = remember(readings, phase, memory, nowMs);
  const percent = percentOf(phase, copy);
  const etaSeconds = phase === 'copying' ? etaOf(copy, nowMs) : undefined;
  const lagBytes = sumOf(states.map((state) => state.lagBytes));
  const lagSeconds = maxOf(states.map((state) => state.lagSeconds));
  return {
    memory: copy,
    progress: {
      ...(copy.bytesCopied !== undefined && { bytesCopied: copy.bytesCopied }),
      ...(copy.bytesTotal !== undefined && { bytesTotal: copy.bytesTotal }),
      ...(percent !== undefined && { percent }),
      ...(lagBytes !== undefined && { lagBytes }),
      ...(lagSeconds !== undefined && { lagSeconds }),
      ...(etaSeconds !== undefined && { etaSeconds }),
      asOf: new Date(nowMs).toISOString(),
    },
  };
};

const remember = (readings: readonly LinkReading[], phase: Phase, memory: CopyMemory, nowMs: number): CopyMemory => {
  const primaries = readings.map(({ link, nodes }) => nodes.get(primaryOf(link).cacheClusterId)).filter(isReadable);
  if (phase === 'loading') return received(sumOf(primaries.map(({ link }) => link?.loadingBytes)), memory);
  // What was last seen of a copy that is over is not what was copied, unless its size was known.
  if (phase === 'catchingUp' || phase === 'inSync') return received(memory.bytesTotal, memory);
  if (phase !== 'copying') return memory;
  const copying = primaries.filter(({ link }) => link?.syncInProgress);
  const bytesCopied = sumOf(copying.map(({ link }) => link?.bytesRead));
  const bytesTotal = sumOf(copying.map(({ link }) => link?.bytesTotal));
  if (bytesCopied === undefined) return memory;
  const restarted = bytesCopied < (memory.bytesCopied ?? 0);
  const since = restarted || !memory.since ? { atMs: nowMs, bytesCopied } : memory.since;
  return { bytesCopied, ...(bytesTotal !== undefined && { bytesTotal }), since };
};

const received = (bytes: number | undefined, { since }: CopyMemory): CopyMemory =>
  bytes === undefined ? {} : { bytesCopied: bytes, bytesTotal: bytes, ...(since && { since }) };

const percentOf = (phase: Phase, { bytesCopied, bytesTotal }: CopyMemory): number | undefined => {
  if (phase === 'catchingUp' || phase === 'inSync') return 100;
  if (bytesCopied === undefined || bytesTotal === undefined) return undefined;
  return Math.min(100, Math.floor((bytesCopied / bytesTotal) * 1000) / 10);
};

const etaOf = ({ bytesCopied, bytesTotal, since }: CopyMemory, nowMs: number): number | undefined => {
  if (bytesCopied === undefined || bytesTotal === undefined || !since) return undefined;
  const elapsedMs = nowMs - since.atMs;
  const copied = bytesCopied - since.bytesCopied;
  if (elapsedMs < SHORTEST_RATE_MS || copied <= 0) return undefined;
  return Math.ceil((Math.max(0, bytesTotal - bytesCopied) / copied) * (elapsedMs / 1000));
};

/** The shards as the view shows them. */
export const toShardViews = (readings: readonly LinkReading[], states: readonly LinkState[]): ShardView[] =>
  readings.map(({ link, source, nodes }, index) => {
    const primary = nodes.get(primaryOf(link).cacheClusterId);
    return {
      nodeGroupId: link.nodeGroupId,
      source: link.source,
      phase: states[index]?.phase ?? 'connecting',
      nodes: link.nodes.map(({ cacheClusterId, endpoint, role }) => {
        const reading = nodes.get(cacheClusterId);
        return {
          cacheClusterId,
          endpoint,
          role,
          ...(isReadable(reading) && {
            replicationRole: reading.role,
            offset: reading.offset,
            ...(reading.link && { linkStatus: reading.link.status }),
          }),
        };
      }),
      ...(isReadable(source) && { sourceOffset: source.offset, replicationId: source.replicationId }),
      ...(isReadable(primary) && { targetOffset: primary.offset }),
    };
  });
