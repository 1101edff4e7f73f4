import type { Phase } from '../migration/status.ts';
import type { LinkState } from './link-state.ts';
import { Stopwatch } from './stopwatch.ts';
import { decileToAnnounce, mayWarn, type WatchMemory } from './watch-state.ts';

/** What a watch comes back for. `turn`: nothing happened that anybody must be told of. */
export interface WatchOutcome {
  outcome: 'inSync' | 'linkLost' | 'bufferThreatened' | 'progressed' | 'turn';
  /** What is remembered of it. */
  remember: Partial<WatchMemory>;
}

export interface Seen {
  phase: Phase;
  states: readonly LinkState[];
  percent?: number | undefined;
  /** The source's buffer for the target comes near its limit, which nobody has been told in this full sync. */
  threatens: boolean;
  /** The time of this watch is over. */
  over: boolean;
  nowMs: number;
}

/**
 * Decides what a watch comes back for; undefined while it goes on. A link is lost once it has been down for `lostAfterMs`
 * without a break. A glance comes back at once when all is well. While the cutover is awaited the copy is over: whatever
 * is not in sync then, or not the source's any more, is wrong.
 */
export const makeOutcome = (glance: boolean, lostAfterMs: number) => {
  const down = new Stopwatch();
  return (memory: WatchMemory, { phase, states, percent, threatens, over, nowMs }: Seen): WatchOutcome | undefined => {
    if (phase === 'inSync') return { outcome: 'inSync', remember: { lost: false } };

    const isWell = phase === 'catchingUp' && !states.some(({ foreign }) => foreign);
    const isLost = glance ? !isWell : phase === 'linkLost';
    const lostForMs = down.run(isLost, nowMs);
    if (isLost && !memory.lost && (lostForMs >= lostAfterMs || (glance && over))) {
      return { outcome: 'linkLost', remember: { lost: true } };
    }
    if (threatens && mayWarn(memory)) {
      return { outcome: 'bufferThreatened', remember: { bufferWarnings: (memory.bufferWarnings ?? 0) + 1 } };
    }
    const decile = glance ? undefined : decileToAnnounce(memory, percent, nowMs);
    if (decile !== undefined) {
      return { outcome: 'progressed', remember: { decile, announced: memory.announced + 1, announcedAtMs: nowMs } };
    }
    return over || (glance && !isLost) ? { outcome: 'turn', remember: {} } : undefined;
  };
};
