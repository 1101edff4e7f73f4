import { theMigrations } from '../adapters/migrations.ts';
import { taskFunction } from '../adapters/task.ts';
import { executions } from '../adapters/workflow.ts';
import { makeRest } from '../replication/rest.ts';

export const handler = taskFunction(makeRest(theMigrations(), executions));
