import type { Phase } from '../migration/status.ts';
import type { LinkState } from './link-state.ts';
import type { Described } from './look.ts';
import type { CopyMemory } from './progress.ts';
import type { SyncMemory } from './sync-attempts.ts';

/** What the watch remembers from one invocation to the next; it travels through the state machine. */
export interface WatchMemory {
  copy: CopyMemory;
  /** The primary has replicated from the source at least once. */
  hasFollowed: boolean;
  /** The link was lost, and that was announced. */
  lost: boolean;
  /** The last announced decile of the full sync, and how many were announced, and when the last was. */
  decile: number;
  announced: number;
  announcedAtMs: number;
  /** Absent, as the next is, in what an execution remembers that began before they were there. */
  sync?: SyncMemory;
  /** How often it was announced that the source's buffer comes near its limit. */
  bufferWarnings?: number;
  /** What the API last said. */
  described?: Described;
  /** From when on datapoints count, in API-only mode. */
  countsSinceMs?: number;
}

export const freshMemory: WatchMemory = {
  copy: {},
  hasFollowed: false,
  lost: false,
  decile: 0,
  announced: 0,
  announcedAtMs: 0,
};

/** The worst link decides what phase the migration is in. */
const FROM_WORST: Phase[] = ['linkLost', 'connecting', 'copying', 'loading', 'catchingUp', 'inSync'];

export const overallPhase = (states: readonly LinkState[], hasFollowed: boolean): { phase: Phase; why: string } => {
  const worst = FROM_WORST.map((phase) => states.find((state) => state.phase === phase)).find(Boolean);
  if (!worst) return { phase: 'connecting', why: 'the replication group has no node group' };
  // A link that was never up cannot be lost: the primary is still on its way to the source.
  return worst.phase === 'linkLost' && !hasFollowed
    ? { phase: worst.afar?.beforehand ?? 'connecting', why: worst.why }
    : worst;
};

/** The same of each link of which AWS tells. */
export const asFirstSeen = (state: LinkState, hasFollowed: boolean): LinkState =>
  state.afar && state.phase === 'linkLost' && !hasFollowed ? { ...state, phase: state.afar.beforehand } : state;

/** The primary replicates from a source: it copies, loads or has done so. */
export const followsNow = ({ phase }: LinkState): boolean => phase !== 'connecting' && phase !== 'linkLost';

/**
 * Announcements cost three state transitions each. The first two deciles are announced as they come, later ones a
 * minute apart at the least, so that a migration, with a buffer that is threatened in its full sync, takes 40
 * transitions at the most and 4 more a minute of syncing.
 */
const FREE_ANNOUNCEMENTS = 2;
const BETWEEN_ANNOUNCEMENTS_MS = 60_000;

export const decileToAnnounce = (
  { decile, announced, announcedAtMs }: WatchMemory,
  percent: number | undefined,
  nowMs: number,
): number | undefined => {
  const reached = percent === undefined ? 0 : Math.floor(percent / 10);
  if (reached <= decile || reached >= 10) return undefined;
  return announced < FREE_ANNOUNCEMENTS || nowMs - announcedAtMs >= BETWEEN_ANNOUNCEMENTS_MS ? reached : undefined;
};

/** A full sync is announced to be in danger once; a migration sees this many such announcements at the most. */
const MOST_WARNINGS = 10;

export const mayWarn = ({ bufferWarnings = 0 }: WatchMemory): boolean => bufferWarnings < MOST_WARNINGS;
