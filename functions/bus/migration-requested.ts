import { theAllowedGroups } from '../adapters/allowed-groups.ts';
import { theAllowedNetworks } from '../adapters/allowed-networks.ts';
import { busFunction } from '../adapters/bus.ts';
import { callerOf, readEnvelope } from '../adapters/bus-request.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { theReach } from '../adapters/reach.ts';
import { migrationStarter } from '../adapters/workflow.ts';
import { makeAcceptMigration } from '../migration/accept.ts';

const accept = makeAcceptMigration(
  theMigrations(),
  migrationStarter(),
  theAllowedNetworks(),
  theAllowedGroups(),
  theReach(),
);

// EventBridge delivers at least once; the event's id is the same each time.
export const handler = busFunction(async (event) => {
  const { data, correlationId } = readEnvelope(event);
  return await accept({ body: data, caller: callerOf(event), idempotencyKey: event.id, correlationId });
});
