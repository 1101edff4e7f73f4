import { expect, it } from 'vitest';
import { runFleet } from './fleet.ts';

it('carries 200 migrations at once: all end, none is lost, and the heaps stay under 1 GB', async () => {
  const report = await runFleet(200);
  console.log(
    `200 migrations in ${(report.tookMs / 1000).toFixed(1)} s; heaps of ${report.nodeProcesses} Node processes ${Math.round(report.heapBytes / 1e6)} MB; ` +
      `${report.redisProcesses} redis-servers ${Math.round(report.redisBytes / 1e6)} MB resident`,
  );

  expect(report.completed).toBe(200);
  expect(report.heapBytes).toBeLessThan(1e9);
}, 300_000);
