import type { SweepLog, SweepReport } from '../cutover/sweep.ts';
import { aboutOnly, logger } from './logger.ts';
import { tellFigures } from './metrics.ts';

/** A line for each thing that a sweep does, about its migration. */
export const sweepLog: SweepLog = {
  about: (migrationId) => aboutOnly({ migrationId }),
  did: (what) => (what === 'stuck' ? logger.warn : logger.info).call(logger, 'swept', { outcome: what }),
};

/** Told at every sweep, also as 0: how many there are now. */
export const tellSweep = ({ lifting, stuck }: SweepReport): void =>
  tellFigures({ FencesOverdue: lifting.length, MigrationsStuck: stuck.length });
