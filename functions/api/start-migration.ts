import { theAcceptance } from '../adapters/acceptance.ts';
import { httpFunction } from '../adapters/http.ts';
import { readCaller, readCorrelationId, readIdempotencyKey, readJsonBody } from '../adapters/http-request.ts';

const accept = theAcceptance();

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
