import { expect, it } from 'vitest';
import { runFleet } from './fleet.ts';

/** 200 are the bench's, `npm run bench -- fleet`, which takes two minutes of processor time for them. */
const MIGRATIONS = 80;

it(`carries ${MIGRATIONS} migrations at once: all end, none is lost, and the heaps stay under 1 GB`, async () => {
  const report = await runFleet(MIGRATIONS);
  console.log(
    `${MIGRATIONS} migrations in ${(report.tookMs / 1000).toFixed(1)} s; heaps of ${report.nodeProcesses} Node processes ${Math.round(report.heapBytes / 1e6)} MB; ` +
      `${report.redisProcesses} redis-servers ${Math.round(report.redisBytes / 1e6)} MB resident`,
  );

  expect(report.completed).toBe(MIGRATIONS);
  expect(report.heapBytes).toBeLessThan(1e9);
}, 300_000);
