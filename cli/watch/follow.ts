import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../../client/api.ts';
import { readOn, timelinePauseMs } from '../../console/ui/migration/timeline.ts';
import type { Announced } from '../../functions/migration/announced.ts';
import type { Phase, Status } from '../../functions/migration/status.ts';
import type { MigrationView } from '../../functions/migration/view.ts';
import { isPassing } from '../passing.ts';

/** What is told of a migration that is followed. */
export interface Follower {
  /** At every look, also where nothing has changed. */
  view(view: MigrationView): void;
  /** Oldest first; each once. */
  events(events: readonly Announced[]): void;
  /** The API has not answered; it is asked again. */
  away(away: Away): void;
  /** It answers again. @param awayMs how long it did not */
  back(awayMs: number): void;
}

export interface Away {
  why: unknown;
  /** Epoch milliseconds. */
  sinceMs: number;
  nextTryMs: number;
}

export interface FollowOptions {
  /** Ends the following. */
  signal: AbortSignal;
  /** Ends it too, with what was seen last. */
  isOver(view: MigrationView): boolean;
  /** Default 1000. */
  everyMs?: number;
}

const EVERY_MS = 1000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** The terminal event follows the end of the view within moments; nobody waits longer for it. */
const LAST_WORD_MS = 10_000;
const LAST_WORD_EVERY_MS = 300;

const END_EVENTS = ['Completed', 'DryRunCompleted', 'Failed', 'Aborted', 'TimedOut'].map((end) => `Migration${end}`);
const hasEnd = (events: readonly Announced[]): boolean =>
  events.some(({ detailType }) => END_EVENTS.includes(detailType));

/**
 * Looks at a migration every second until its end, and at what it announces. An API that is away is asked again, with
 * growing pauses, for as long as nobody ends it.
 *
 * @param first what was seen already; whoever follows has reached the API once
 * @throws what asking again would not help; the signal's reason
 */
export const follow = async (
  api: Api,
  first: MigrationView,
  { signal, isOver, everyMs = EVERY_MS }: FollowOptions,
  follower: Follower,
): Promise<MigrationView> => {
  const { migrationId } = first;
  let view = first;
  let known: Announced[] = [];
  let seen: { status: Status; phase: Phase } | undefined;
  let changedMs = 0;
  let readEventsMs = 0;
  let failures = 0;
  let awaySinceMs = 0;

  const readEvents = async () => {
    const ids = new Set(known.map(({ detail }) => detail.metadata.id));
    known = await readOn(known, (nextToken) =>
      api.get(migrationId, { timeline: 'events', ...(nextToken && { nextToken }) }, { signal }),
    );
    const found = known.filter(({ detail }) => !ids.has(detail.metadata.id)).reverse();
    if (found.length > 0) follower.events(found);
    readEventsMs = Date.now();
  };

  const look = async (isFirst: boolean) => {
    if (!isFirst) view = await api.get(migrationId, {}, { signal });
    if (seen?.status !== view.status || seen.phase !== view.phase) {
      changedMs = Date.now();
      readEventsMs = 0;
    }
    seen = view;
    const pauseMs = timelinePauseMs(view.outcome !== undefined, Date.now() - changedMs);
    if (Date.now() - readEventsMs >= pauseMs) await readEvents();
    follower.view(view);
  };

  const lastWord = async () => {
    const untilMs = Date.now() + LAST_WORD_MS;
    while (view.outcome && !hasEnd(known) && Date.now() < untilMs) {
      await sleep(LAST_WORD_EVERY_MS, undefined, { signal });
      await readEvents();
    }
  };

  for (let isFirst = true; ; isFirst = false) {
    signal.throwIfAborted();
    let pauseMs = everyMs;
    try {
      await look(isFirst && failures === 0);
      if (failures > 0) follower.back(Date.now() - awaySinceMs);
      failures = 0;
      if (isOver(view)) {
        await lastWord();
        return view;
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (!isPassing(error)) throw error;
      if (failures === 0) awaySinceMs = Date.now();
      pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
      failures += 1;
      follower.away({ why: error, sinceMs: awaySinceMs, nextTryMs: Date.now() + pauseMs });
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => {
      throw signal.reason;
    });
  }
};
