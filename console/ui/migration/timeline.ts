import type { Announced } from '../../../functions/migration/announced.ts';
import type { MigrationView } from '../../../functions/migration/view.ts';
import type { Tone } from '../parts/status-words.ts';
import { percent } from '../parts/text.ts';

export type ReadPage = (nextToken: string | undefined) => Promise<Pick<MigrationView, 'events' | 'nextToken'>>;

/** A migration that flaps for days may have thousands: what is older than these is not read. */
const MOST_PAGES = 40;

/** An act has its own pages, before those of the migration, which may go on after it and announce more. */
const OF_ACTS = ['MigrationUnfenced', 'MigrationRolledBack'];

const idOf = ({ detail }: Announced): string => detail.metadata.id;

/**
 * Reads on until a page has nothing new, since pages come newest first. One that was announced again is there once.
 *
 * @param known newest first, as this has answered before
 */
export const readOn = async (known: readonly Announced[], read: ReadPage): Promise<Announced[]> => {
  const ids = new Set(known.map(idOf));
  const found = new Map(known.map((event) => [idOf(event), event]));
  let nextToken: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await read(nextToken);
    const events = page.events ?? [];
    for (const event of events) if (!found.has(idOf(event))) found.set(idOf(event), event);
    ({ nextToken } = page);
    const isOld = events.every((event) => ids.has(idOf(event)));
    if (nextToken === undefined || (isOld && events.some(({ detailType }) => !OF_ACTS.includes(detailType)))) break;
  }
  return [...found.values()].sort((a, b) => (a.at > b.at ? -1 : a.at < b.at ? 1 : 0));
};

const OFTEN_MS = 2000;
const EVERY_MS = 10_000;
const ENDED_MS = 30_000;
/** What a change of the status announces comes a moment after it. */
const CHANGING_MS = 10_000;

/** When to look again. @param sinceChangeMs since the page saw another status or phase */
export const timelinePauseMs = (hasEnded: boolean, sinceChangeMs: number): number => {
  if (sinceChangeMs < CHANGING_MS) return OFTEN_MS;
  return hasEnded ? ENDED_MS : EVERY_MS;
};

const TONES: Record<string, Tone> = {
  PreflightPassed: 'ok',
  PreflightFailed: 'bad',
  InSync: 'ok',
  LinkLost: 'bad',
  LinkRestored: 'ok',
  BufferThreatened: 'yours',
  Verified: 'ok',
  VerificationFailed: 'bad',
  AwaitingCutover: 'yours',
  CutoverStarted: 'act',
  CutoverBackedOut: 'yours',
  Promoted: 'act',
  PromotionInDoubt: 'bad',
  StragglersFound: 'yours',
  Unfenced: 'yours',
  RolledBack: 'act',
  Completed: 'ok',
  DryRunCompleted: 'ok',
  Failed: 'bad',
  Aborted: 'off',
  TimedOut: 'bad',
};

const shortOf = (detailType: string): string => detailType.replace(/^Migration(?=[A-Z])/, '');

/** `Cutover backed out` of `MigrationCutoverBackedOut`. */
export const titleOf = (detailType: string): string => {
  const words = shortOf(detailType)
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export const toneOf = (detailType: string): Tone => TONES[shortOf(detailType)] ?? 'run';

/** What it says, in its own words. */
export const sentenceOf = ({ detail: { data } }: Announced): string => {
  const { statusReason, progress, cause } = data;
  const reached = (progress as { percent?: unknown } | undefined)?.percent;
  const told = typeof statusReason === 'string' ? statusReason : typeof cause === 'string' ? cause : '';
  return typeof reached === 'number' && reached < 100 ? `${percent(reached)} · ${told}` : told;
};
