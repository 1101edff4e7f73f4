import { readReason } from '../adapters/asking.ts';
import { httpFunction } from '../adapters/http.ts';
import { readCaller, readMigrationId } from '../adapters/http-request.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { executions } from '../adapters/workflow.ts';
import { makeRequestAbort } from '../migration/request-abort.ts';

const requestAbort = makeRequestAbort(theMigrations(), theLocks(), executions);

export const handler = httpFunction(async (event) => ({
  status: 202,
  body: await requestAbort(readMigrationId(event), readReason(event), readCaller(event)),
}));
