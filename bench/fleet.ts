import { runFleet } from '../test/e2e/fleet.ts';
import { heading, report } from './report.ts';

const MIGRATIONS = 200;

/** Many migrations at once on the embedded AWS: how long, and what they hold in memory. */
export const benchFleet = async (): Promise<void> => {
  heading(`${MIGRATIONS} migrations at once on the embedded AWS`);
  const fleet = await runFleet(MIGRATIONS);
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  report('all completed after', `${(fleet.tookMs / 1000).toFixed(1)} s`);
  report('lost', String(MIGRATIONS - fleet.completed), { text: '0', kept: fleet.completed === MIGRATIONS });
  report(`heaps of ${fleet.nodeProcesses} Node processes together`, megabytes(fleet.heapBytes), {
    text: '1000 MB',
    kept: fleet.heapBytes < 1e9,
  });
  report(`resident memory of ${fleet.redisProcesses} redis-servers`, megabytes(fleet.redisBytes));
};
