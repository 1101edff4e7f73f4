import { theAcceptance } from '../adapters/acceptance.ts';
import { busFunction } from '../adapters/bus.ts';
import { callerOf, readEnvelope } from '../adapters/bus-request.ts';

const accept = theAcceptance();

// EventBridge delivers at least once; the event's id is the same each time.
export const handler = busFunction(async (event) => {
  const { data, correlationId } = readEnvelope(event);
  return await accept({ body: data, caller: callerOf(event), idempotencyKey: event.id, correlationId });
});
