import { systemClock } from '../adapters/clock.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { settleSettings } from '../adapters/settings.ts';
import { taskFunction } from '../adapters/task.ts';
import { makeCloseMigration } from '../cutover/close-migration.ts';

export const handler = taskFunction(makeCloseMigration(theMigrations(), theLocks(), systemClock, settleSettings()));
