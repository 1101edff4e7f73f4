import { busFunction } from '../adapters/bus.ts';
import { systemClock } from '../adapters/clock.ts';
import { theFences } from '../adapters/fences.ts';
import { theFleet } from '../adapters/fleet.ts';
import { theLine } from '../adapters/line.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { turnSettings } from '../adapters/settings.ts';
import { sweepLog, tellSweep } from '../adapters/sweep-log.ts';
import { executions, settlementStarter } from '../adapters/workflow.ts';
import { makeSweep } from '../cutover/sweep.ts';
import { makeCountFleet } from '../replication/count-fleet.ts';
import { makeMoveUp } from '../replication/move-up.ts';

const workflow = { ...executions, ...settlementStarter() };
const migrations = theMigrations();
const line = theLine();
const count = makeCountFleet(migrations, theFleet());
const moveUp = makeMoveUp(line, migrations, executions, turnSettings().startsPerMinute, systemClock);
const sweep = makeSweep(migrations, theFences(), workflow, systemClock, sweepLog);

export const handler = busFunction(async () => {
  const report = await sweep();
  tellSweep(report);
  // Last: alarms rest on what was told, and nobody's safety on this.
  const end = await line.end();
  const { inLine } = await count(new Date(systemClock.now()).toISOString());
  await moveUp(end, inLine);
  return report;
});
