import { systemClock } from '../adapters/clock.ts';
import { theFences } from '../adapters/fences.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { settleSettings } from '../adapters/settings.ts';
import { taskFunction } from '../adapters/task.ts';
import { executions } from '../adapters/workflow.ts';
import { makeSettleMigration } from '../cutover/settle-migration.ts';

export const handler = taskFunction(
  makeSettleMigration(theMigrations(), theLocks(), theFences(), executions, systemClock, settleSettings()),
);
