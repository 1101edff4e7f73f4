import { busFunction } from '../adapters/bus.ts';
import { systemClock } from '../adapters/clock.ts';
import { theFences } from '../adapters/fences.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { executions, settlementStarter } from '../adapters/workflow.ts';
import { makeSweep } from '../cutover/sweep.ts';

export const handler = busFunction(
  makeSweep(theMigrations(), theFences(), { ...executions, ...settlementStarter() }, systemClock),
);
