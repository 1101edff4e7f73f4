import { readCutoverAsking } from '../adapters/asking.ts';
import { httpFunction } from '../adapters/http.ts';
import { readCaller, readMigrationId } from '../adapters/http-request.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { executions } from '../adapters/workflow.ts';
import { makeRequestCutover } from '../migration/request-cutover.ts';

const requestCutover = makeRequestCutover(theMigrations(), executions);

export const handler = httpFunction(async (event) => ({
  status: 202,
  body: await requestCutover(readMigrationId(event), readCutoverAsking(event), readCaller(event)),
}));
