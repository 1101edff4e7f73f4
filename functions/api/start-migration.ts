import { theAllowedGroups } from '../adapters/allowed-groups.ts';
import { theAllowedNetworks } from '../adapters/allowed-networks.ts';
import { httpFunction } from '../adapters/http.ts';
import { readCaller, readCorrelationId, readIdempotencyKey, readJsonBody } from '../adapters/http-request.ts';
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

export const handler = httpFunction(async (event) => {
  const idempotencyKey = readIdempotencyKey(event);
  const body = await accept({
    body: readJsonBody(event),
    caller: readCaller(event),
    correlationId: readCorrelationId(event),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  });
  return { status: 202, body, headers: { location: body.links.self } };
});
