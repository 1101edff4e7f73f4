import { busFunction } from '../adapters/bus.ts';
import { readCutoverRequest } from '../adapters/bus-request.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { executions } from '../adapters/workflow.ts';
import { makeRequestCutover } from '../migration/request-cutover.ts';

const requestCutover = makeRequestCutover(theMigrations(), executions);

export const handler = busFunction(async (event) => {
  const { migrationId, reason } = readCutoverRequest(event);
  return await requestCutover(migrationId, reason);
});
