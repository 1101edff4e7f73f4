import type { Migrations } from '../migration/ports.ts';
import type { Fleet } from './fleet.ts';

/** Counts those at work. @param asOf ISO 8601 */
export type CountFleet = (asOf: string) => Promise<void>;

export const makeCountFleet =
  (migrations: Pick<Migrations, 'countAtWork'>, fleet: Pick<Fleet, 'note'>): CountFleet =>
  async (asOf) =>
    fleet.note({ atWork: await migrations.countAtWork(), asOf });
