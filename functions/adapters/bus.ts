import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { EventBridgeEvent } from 'aws-lambda';
import { MigratorError } from '../migration/error.ts';
import { isMigrationId } from '../migration/identity.ts';
import { begin } from './invocation-log.ts';
import { about, logger } from './logger.ts';
import { tellFigures } from './metrics.ts';
import { tellRefusal } from './refusal.ts';

export type BusEvent = EventBridgeEvent<string, unknown>;

/**
 * A function that EventBridge invokes asynchronously. What it refuses it throws: Lambda tries twice again, and then
 * hands the event with the error to the function's OnFailure destination.
 */
export const busFunction = (handle: (event: BusEvent) => Promise<unknown>) =>
  middy<BusEvent, unknown>()
    .use(injectLambdaContext(logger, { logEvent: false, resetKeys: true }))
    .use({
      before({ event }) {
        begin({ migrationId: subjectOf(event), correlationId: correlationOf(event), eventId: event.id });
      },
      onError({ event, error }) {
        const code = error instanceof MigratorError ? error.code : 'internal-error';
        if (code === 'internal-error') tellFigures({ InternalErrors: 1 });
        else if (event['detail-type'] === 'MigrationRequested') tellRefusal('migration', code);
        else if (event['detail-type'].endsWith('Requested')) tellRefusal('request', code);
        logger.error('event refused', { detailType: event['detail-type'], code, error: error as Error });
      },
    })
    .handler(async (event) => {
      const answer = await handle(event);
      const { migrationId } = (answer ?? {}) as { migrationId?: unknown };
      if (typeof migrationId === 'string') about({ migrationId });
      logger.info('event handled', { detailType: event['detail-type'] });
      return answer;
    });

/** What a request is about, and whose execution has ended. */
const subjectOf = ({ detail }: BusEvent): string | undefined => {
  const { data, name } = (detail ?? {}) as { data?: { migrationId?: unknown } | null; name?: unknown };
  return [data?.migrationId, name].filter((id) => typeof id === 'string').find(isMigrationId);
};

/** The sender's own, or the event's id, as it is passed on. */
const correlationOf = ({ detail, id }: BusEvent): string => {
  const { metadata } = (detail ?? {}) as { metadata?: { correlationId?: unknown } | null };
  return typeof metadata?.correlationId === 'string' ? metadata.correlationId : id;
};
