import { systemClock } from '../adapters/clock.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { taskFunction } from '../adapters/task.ts';
import { makeCloseDryRun } from '../preflight/close-dry-run.ts';

export const handler = taskFunction(makeCloseDryRun(theMigrations(), theLocks(), systemClock));
