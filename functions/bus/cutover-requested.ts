import { busFunction } from '../adapters/bus.ts';
import { callerOf, readCutoverRequest } from '../adapters/bus-request.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { executions } from '../adapters/workflow.ts';
import { makeRequestCutover } from '../migration/request-cutover.ts';

const requestCutover = makeRequestCutover(theMigrations(), executions);

// EventBridge delivers at least once; the event's id is the same each time.
export const handler = busFunction(async (event) => {
  const { migrationId, ...asking } = readCutoverRequest(event);
  return await requestCutover(migrationId, asking, callerOf(event), event.id);
});
