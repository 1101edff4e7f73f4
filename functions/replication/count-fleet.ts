import type { Migrations, OpenCount } from '../migration/ports.ts';
import type { Fleet } from './fleet.ts';

/** Counts those that are open, and notes how many of them are at work. @param asOf ISO 8601 */
export type CountFleet = (asOf: string) => Promise<OpenCount>;

export const makeCountFleet =
  (migrations: Pick<Migrations, 'countOpen'>, fleet: Pick<Fleet, 'note'>): CountFleet =>
  async (asOf) => {
    const count = await migrations.countOpen();
    await fleet.note({ atWork: count.atWork, asOf });
    return count;
  };
