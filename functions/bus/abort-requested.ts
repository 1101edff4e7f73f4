import { busFunction } from '../adapters/bus.ts';
import { callerOf, readAbortRequest } from '../adapters/bus-request.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { executions } from '../adapters/workflow.ts';
import { makeRequestAbort } from '../migration/request-abort.ts';

const requestAbort = makeRequestAbort(theMigrations(), theLocks(), executions);

// EventBridge delivers at least once; the event's id is the same each time.
export const handler = busFunction(async (event) => {
  const { migrationId, reason } = readAbortRequest(event);
  return await requestAbort(migrationId, reason, callerOf(event), event.id);
});
