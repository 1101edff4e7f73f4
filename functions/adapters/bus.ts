import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { EventBridgeEvent } from 'aws-lambda';
import { MigratorError } from '../migration/error.ts';
import { logger } from './logger.ts';

export type BusEvent = EventBridgeEvent<string, unknown>;

/**
 * A function that EventBridge invokes asynchronously. What it refuses it throws: Lambda tries twice again, and then
 * hands the event with the error to the function's OnFailure destination.
 */
export const busFunction = (handle: (event: BusEvent) => Promise<unknown>) =>
  middy<BusEvent, unknown>()
    .use(injectLambdaContext(logger, { logEvent: false }))
    .use({
      onError({ event, error }) {
        const code = error instanceof MigratorError ? error.code : 'internal-error';
        logger.error('event refused', {
          eventId: event.id,
          detailType: event['detail-type'],
          code,
          error: error as Error,
        });
      },
    })
    .handler((event) => handle(event));
