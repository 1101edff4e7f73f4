import { TransientServiceError } from '../migration/errors.ts';
import type { Migrations, RecordChange } from '../migration/ports.ts';
import type { MigrationRecord, Progress } from '../migration/record.ts';
import { sentence } from '../migration/sentence.ts';
import type { Phase } from '../migration/status.ts';
import type { Look } from './look.ts';
import { Pace } from './pace.ts';
import { toShardViews } from './progress.ts';

/**
 * The view gets a figure within 2 s of its being read, and is written no more often where a poll a second is the rule.
 * Who polls faster looks closer, and gets every third look.
 */
const betweenWritesMs = (pollMs: number): number => Math.min(1900, 3 * pollMs);
/** While the table refuses writes, figures come this seldom at the most. */
const SLOWEST_MS = 60_000;

export interface Shown {
  phase: Phase;
  why: string;
  progress: Progress;
  /** The task comes back with this look: it is written in any case. */
  isLast: boolean;
  /** False in a glance that finds nothing: the migration goes on awaiting its cutover. */
  tellsStatus: boolean;
}

/**
 * Writes what a watch sees to the view, no more often than is of use. Answers the record when it wrote. Figures that the
 * table does not take now come later; a change of phase, and the last look, have to be written.
 *
 * @param leastMs between two writes of figures; where many migrations share the table's indexes more than usual
 */
export const makeWatchView = (
  migrations: Pick<Migrations, 'update'>,
  migrationId: string,
  pollMs: number,
  leastMs = 0,
) => {
  const pace = new Pace(Math.max(leastMs, betweenWritesMs(pollMs)), SLOWEST_MS);
  let writtenAtMs = Number.NEGATIVE_INFINITY;
  let writtenPhase: Phase | undefined;

  return async (
    { readings, states, nowMs }: Look,
    { phase, why, progress, isLast, tellsStatus }: Shown,
  ): Promise<MigrationRecord | undefined> => {
    const isOnlyFigures = !isLast && phase === writtenPhase;
    if (isOnlyFigures && nowMs - writtenAtMs < pace.ms) return undefined;
    const status: RecordChange = {
      status: 'syncing',
      statusReason: sentence(why),
      ...(phase !== writtenPhase && { phase }),
      waitingFor: WAITING_FOR[phase] ?? 'the replication',
    };
    writtenAtMs = nowMs;
    try {
      const written = await migrations.update(migrationId, {
        ...(tellsStatus && status),
        progress,
        shards: toShardViews(readings, states),
      });
      pace.faster();
      if (tellsStatus) writtenPhase = phase;
      return written;
    } catch (error) {
      if (!isOnlyFigures || !(error instanceof TransientServiceError)) throw error;
      pace.slower(0);
      return undefined;
    }
  };
};

const WAITING_FOR: Partial<Record<Phase, string>> = {
  connecting: 'the primary to become a replica of the source',
  copying: 'the full sync of the source',
  loading: 'the primary to load what it received',
  catchingUp: 'the primary to apply what was written since',
  inSync: 'the next step',
  linkLost: 'the link to the source to come back',
};
