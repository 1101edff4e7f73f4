import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { TransientServiceError } from '../migration/errors.ts';
import { isMigrationId } from '../migration/identity.ts';
import { readCorrelationId, refuseQuery } from './http-request.ts';
import { begin } from './invocation-log.ts';
import { about, logger } from './logger.ts';
import { tellFigures } from './metrics.ts';
import { toProblem } from './problem.ts';
import { tellRefusal } from './refusal.ts';

export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

type HttpMiddleware = MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>;

/** An HTTP API function: payload 2.0 in, JSON out, errors as problem+json. */
export const httpFunction = (handle: (event: APIGatewayProxyEventV2) => Promise<Answer>) =>
  middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>({
    timeoutEarlyResponse: () => {
      throw new TransientServiceError('Request', new Error('Lambda ran out of its time'));
    },
  })
    .use(injectLambdaContext(logger, { logEvent: false, resetKeys: true }) as HttpMiddleware)
    .use(problemDetails())
    .handler(async (event) => {
      if (asksForMore(event)) refuseQuery(event);
      const { status, body, headers } = await handle(event);
      const { migrationId } = (body ?? {}) as { migrationId?: unknown };
      if (typeof migrationId === 'string') about({ migrationId });
      if (asksForMore(event)) logger.info('request accepted', { route: event.routeKey, status });
      return answer(status, 'application/json', body, headers);
    });

const problemDetails = (): HttpMiddleware => ({
  before({ event }) {
    const { id = '' } = event.pathParameters ?? {};
    const isHttp = event.headers && event.requestContext;
    const correlationId = isHttp ? readCorrelationId(event) : undefined;
    begin({ migrationId: isMigrationId(id) ? id : undefined, correlationId });
  },
  onError(request) {
    const { event } = request;
    const problem = toProblem(request.error, event.requestContext?.requestId ?? 'unknown');
    const { status, code, detail } = problem;
    const context = { route: event.routeKey, status, code };
    if (code === 'internal-error') tellFigures({ InternalErrors: 1 });
    else if (asksForMore(event)) tellRefusal(event.pathParameters ? 'request' : 'migration', code);
    if (status >= 500) logger.error('request failed', { ...context, error: request.error as Error });
    else logger.info('request refused', { ...context, detail });
    request.response = answer(status, 'application/problem+json', problem);
  },
});

/** Whoever looks leaves no line: a page that is open looks every second. */
const asksForMore = ({ routeKey }: APIGatewayProxyEventV2): boolean => !String(routeKey).startsWith('GET ');

const answer = (statusCode: number, contentType: string, body: unknown, headers: Record<string, string> = {}) => ({
  statusCode,
  headers: { 'content-type': contentType, 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(body),
});
