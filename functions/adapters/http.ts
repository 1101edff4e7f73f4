import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { TransientServiceError } from '../migration/errors.ts';
import { logger } from './logger.ts';
import { toProblem } from './problem.ts';

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
    .use(injectLambdaContext(logger, { logEvent: false }) as HttpMiddleware)
    .use(problemDetails())
    .handler(async (event) => {
      const { status, body, headers } = await handle(event);
      return answer(status, 'application/json', body, headers);
    });

const problemDetails = (): HttpMiddleware => ({
  onError(request) {
    const problem = toProblem(request.error, request.event.requestContext?.requestId ?? 'unknown');
    const { status, code, detail } = problem;
    const context = { route: request.event.routeKey, status, code };
    if (status >= 500) logger.error('request failed', { ...context, error: request.error as Error });
    else logger.info('request refused', { ...context, detail });
    request.response = answer(status, 'application/problem+json', problem);
  },
});

const answer = (statusCode: number, contentType: string, body: unknown, headers: Record<string, string> = {}) => ({
  statusCode,
  headers: { 'content-type': contentType, 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(body),
});
