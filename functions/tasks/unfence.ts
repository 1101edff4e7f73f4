import { systemClock } from '../adapters/clock.ts';
import { theFenceLifter } from '../adapters/fence-lifter.ts';
import { theFences } from '../adapters/fences.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { taskFunction } from '../adapters/task.ts';
import { makeUnfence } from '../cutover/unfence.ts';

const lift = theFenceLifter();

export const handler = taskFunction(
  makeUnfence(theMigrations(), theFences(), (input) => lift({ ...input, byOrder: true }), systemClock),
);
