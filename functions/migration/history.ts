import type { Migrations } from './ports.ts';
import { MigrationNotFoundError } from './request-errors.ts';
import {
  type History,
  type HistoryQuery,
  type KeptSample,
  SAMPLES_LIVE_SECONDS,
  type Sample,
  type Samples,
} from './sample.ts';
import { thin } from './thin.ts';

/**
 * What the charts show of a migration.
 *
 * @throws MigrationNotFoundError, TransientServiceError
 */
export const makeHistory =
  (migrations: Pick<Migrations, 'find'>, samples: Pick<Samples, 'between'>, now: () => number) =>
  async (migrationId: string, { fromMs, toMs, points }: HistoryQuery): Promise<History> => {
    const record = await migrations.find(migrationId);
    if (!record) throw new MigrationNotFoundError(migrationId);
    // A migration that never ended has no samples left of its first days, and a key for each ten minutes of them.
    const oldestMs = now() - SAMPLES_LIVE_SECONDS * 1000;
    const endsMs = Math.max(oldestMs, record.stoppedAt ? Date.parse(record.stoppedAt) : now());
    const beginsMs = Math.max(oldestMs, Date.parse(record.acceptedAt));
    const from = within(fromMs ?? beginsMs, beginsMs, endsMs);
    const to = within(toMs ?? endsMs, beginsMs, endsMs);
    const kept = await samples.between(migrationId, from, to);
    return { migrationId, from: iso(from), to: iso(to), ...thin(withSpeed(inOrder(kept)), points) };
  };

const within = (ms: number, leastMs: number, mostMs: number): number => Math.max(leastMs, Math.min(ms, mostMs));
const iso = (ms: number): string => new Date(ms).toISOString();

/** Tasks that overlap write next to each other, and a write whose answer was lost is made again. */
const inOrder = (kept: readonly KeptSample[]): KeptSample[] =>
  [...new Map(kept.map((sample) => [sample.at, sample])).values()].sort((a, b) => (a.at < b.at ? -1 : 1));

/** Exported for tests. Samples in their order, each with the speed since the one before. */
export const withSpeed = (kept: readonly KeptSample[]): Sample[] =>
  kept.map((sample, index) => {
    const { appliedOffset, stream, ...shown } = sample;
    const bytesPerSecond = speedOf(kept[index - 1], sample);
    return { ...shown, ...(bytesPerSecond !== undefined && { bytesPerSecond }) };
  });

/** Unknown when the two do not count the same thing: the full sync began anew, or the source has another history. */
const speedOf = (before: KeptSample | undefined, now: KeptSample): number | undefined => {
  if (!before) return undefined;
  const seconds = (Date.parse(now.at) - Date.parse(before.at)) / 1000;
  const [from, to] = isCopying(before) && isCopying(now) ? [before.bytesCopied, now.bytesCopied] : applied(before, now);
  if (from === undefined || to === undefined || to < from || seconds <= 0) return undefined;
  return Math.round((to - from) / seconds);
};

const isCopying = ({ phase }: KeptSample): boolean => phase === 'copying';

const applied = (before: KeptSample, now: KeptSample): [number | undefined, number | undefined] =>
  before.stream !== undefined && before.stream === now.stream
    ? [before.appliedOffset, now.appliedOffset]
    : [undefined, undefined];
