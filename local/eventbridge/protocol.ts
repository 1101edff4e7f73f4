import { jsonAnswer, jsonError, type WireService } from '../endpoint/wire.ts';
import { type PutEventsEntry, PutEventsValidationError } from './put-events.ts';
import type { EventBridge } from './service.ts';

/** The JSON 1.1 slice of EventBridge: PutEvents. */
export const eventBridgeWire =
  (eventBridge: EventBridge): WireService =>
  async ({ headers, body }) => {
    const operation = (headers['x-amz-target'] ?? '').replace('AWSEvents.', '');
    if (operation !== 'PutEvents') {
      return jsonError(
        'UnknownOperationException',
        `EventBridge ${operation} is not played by the embedded AWS`,
        '1.1',
      );
    }
    try {
      const { Entries } = JSON.parse(body.toString()) as { Entries: PutEventsEntry[] };
      return jsonAnswer(eventBridge.putEvents(Entries), '1.1');
    } catch (error) {
      if (error instanceof PutEventsValidationError) return jsonError('ValidationException', error.message, '1.1');
      if (error instanceof SyntaxError) return jsonError('SerializationException', error.message, '1.1');
      throw error;
    }
  };
