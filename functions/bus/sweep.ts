import { busFunction } from '../adapters/bus.ts';
import { systemClock } from '../adapters/clock.ts';
import { theFences } from '../adapters/fences.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { sweepLog, tellSweep } from '../adapters/sweep-log.ts';
import { executions, settlementStarter } from '../adapters/workflow.ts';
import { makeSweep } from '../cutover/sweep.ts';

const workflow = { ...executions, ...settlementStarter() };
const sweep = makeSweep(theMigrations(), theFences(), workflow, systemClock, sweepLog);

export const handler = busFunction(async () => {
  const report = await sweep();
  tellSweep(report);
  return report;
});
