import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { BodyTooLargeError, readBody } from '../endpoint/body.ts';
import { type InvocationResult, PayloadTooLargeError } from '../lambda/invocation.ts';
import type { RouteModel } from '../template/model.ts';
import { proxyEvent } from './event.ts';
import { JwtVerifier } from './jwt.ts';
import { type GatewayResponse, gatewayMessage, responseFrom } from './response.ts';
import { findRoute } from './routes.ts';

export interface GatewayOptions {
  routes: readonly RouteModel[];
  clock: Clock;
  invoke(functionArn: string, event: unknown): Promise<InvocationResult>;
  /** Failures of the embedded AWS itself; the client sees a 500. */
  report(error: unknown): void;
  /** How issuers of tokens are asked for their keys. Default: fetch */
  fetch?: typeof fetch;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const LARGEST_PAYLOAD_BYTES = 10 * 1024 * 1024;

const TIMED_OUT = Symbol('timed out');

/** The answer, or TIMED_OUT; the function goes on without anybody waiting for it, as on AWS. */
const within = async <T>(timeoutMs: number, answer: Promise<T>): Promise<T | typeof TIMED_OUT> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<typeof TIMED_OUT>((resolve) => {
    timer = setTimeout(() => resolve(TIMED_OUT), timeoutMs);
  });
  try {
    return await Promise.race([answer, limit]);
  } finally {
    clearTimeout(timer);
  }
};

const MESSAGES = { 401: 'Unauthorized', 403: 'Forbidden' };

const respond = async (
  options: GatewayOptions,
  tokens: JwtVerifier,
  request: IncomingMessage,
): Promise<GatewayResponse> => {
  const path = (request.url ?? '/').split('?', 1)[0] as string;
  const matched = findRoute(options.routes, request.method as string, path);
  let body: Buffer;
  try {
    body = await readBody(request, LARGEST_PAYLOAD_BYTES);
  } catch (error) {
    if (error instanceof BodyTooLargeError) return gatewayMessage(413, 'Request Entity Too Large');
    throw error;
  }
  if (!matched) return gatewayMessage(404, 'Not Found');
  const { jwt: asked } = matched.route;
  const jwt = asked && (await tokens.verify(request.headers.authorization, asked));
  if (jwt && 'challenge' in jwt) {
    const { headers, ...refused } = gatewayMessage(jwt.status, MESSAGES[jwt.status]);
    return { ...refused, headers: { ...headers, 'www-authenticate': jwt.challenge } };
  }
  const event = proxyEvent(request, body, matched, new Date(options.clock.now()), jwt && { jwt });
  const result = await within(matched.route.timeoutMs, options.invoke(matched.route.functionArn, event));
  if (result === TIMED_OUT) return gatewayMessage(503, 'Service Unavailable');
  const response = result.ok ? responseFrom(result.payload) : undefined;
  const { requestId } = event.requestContext;
  const answered = response ?? gatewayMessage(500, 'Internal Server Error');
  return { ...answered, headers: { ...answered.headers, 'apigw-requestid': requestId } };
};

const write = (response: ServerResponse, { status, headers, body }: GatewayResponse): void => {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
};

/** The HTTP API of the template as a request listener. */
export const httpApi = (options: GatewayOptions): RequestListener => {
  const tokens = new JwtVerifier(options.clock, options.fetch);
  return (request, response) => {
    respond(options, tokens, request).then(
      (answer) => write(response, answer),
      (error) => {
        // A client that went away while it was still sending has nobody left to read an answer.
        if (!request.complete) return response.destroy();
        // Lambda takes less than the gateway does.
        if (error instanceof PayloadTooLargeError)
          return write(response, gatewayMessage(413, 'Request Entity Too Large'));
        options.report(error);
        return write(response, gatewayMessage(500, 'Internal Server Error'));
      },
    );
  };
};
