import { theMigrations } from '../adapters/migrations.ts';
import { taskFunction } from '../adapters/task.ts';
import { executions } from '../adapters/workflow.ts';
import { makeAwaitCutover } from '../cutover/await-cutover.ts';

export const handler = taskFunction(makeAwaitCutover(theMigrations(), executions));
