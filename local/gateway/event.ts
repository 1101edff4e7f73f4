import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { ACCOUNT } from '../identity.ts';
import { API_ID } from '../template/scope.ts';
import type { JwtAuthorization } from './jwt.ts';
import type { MatchedRoute } from './routes.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TEXT_TYPES = /^(text\/|application\/(json|xml|javascript|x-www-form-urlencoded|[\w.-]+\+(json|xml)))/i;

/** `12/Mar/2020:19:03:58 +0000` */
const requestTime = (now: Date): string => {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${two(now.getUTCDate())}/${MONTHS[now.getUTCMonth()]}/${now.getUTCFullYear()}`;
  return `${date}:${two(now.getUTCHours())}:${two(now.getUTCMinutes())}:${two(now.getUTCSeconds())} +0000`;
};

/** Names in lower case; what was sent several times is joined by commas. Cookies have their own place in the event. */
const headersOf = (request: IncomingMessage): Record<string, string> => {
  const told = Object.entries(request.headersDistinct).filter(([name]) => name !== 'cookie' && name !== 'connection');
  return Object.fromEntries(told.map(([name, values = []]) => [name, values.join(',')]));
};

const queryOf = (rawQueryString: string): Record<string, string> | undefined => {
  const joined = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return joined.size > 0 ? Object.fromEntries(joined) : undefined;
};

/** A body that is not text by its content type travels as base64; without a content type it is text, if it is UTF-8. */
const isBinary = (body: Buffer, contentType: string | undefined): boolean =>
  contentType === undefined ? body.toString().includes('�') : !TEXT_TYPES.test(contentType);

/** The event of payload format 2.0: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
export const proxyEvent = (
  request: IncomingMessage,
  body: Buffer,
  matched: MatchedRoute,
  now: Date,
  authorizer?: { jwt: JwtAuthorization },
): APIGatewayProxyEventV2 => {
  const [rawPath = '/', rawQueryString = ''] = splitOnce(request.url ?? '/', '?');
  const headers = headersOf(request);
  const cookies = request.headersDistinct.cookie?.flatMap((header) => header.split(/;\s*/));
  const queryStringParameters = queryOf(rawQueryString);
  const isBase64Encoded = body.length > 0 && isBinary(body, headers['content-type']);
  return {
    version: '2.0',
    routeKey: matched.routeKey,
    rawPath: decodedPath(rawPath),
    rawQueryString,
    ...(cookies ? { cookies } : {}),
    headers,
    ...(queryStringParameters ? { queryStringParameters } : {}),
    requestContext: {
      accountId: ACCOUNT,
      apiId: API_ID,
      ...(authorizer && { authorizer }),
      domainName: headers.host ?? '',
      domainPrefix: API_ID,
      http: {
        method: request.method as string,
        path: decodedPath(rawPath),
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: matched.routeKey,
      stage: '$default',
      time: requestTime(now),
      timeEpoch: now.getTime(),
    },
    ...(matched.pathParameters ? { pathParameters: matched.pathParameters } : {}),
    ...(body.length > 0 ? { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') } : {}),
    isBase64Encoded,
  };
};

const splitOnce = (text: string, separator: string): string[] => {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
};

/** HTTP APIs hand on the path decoded. */
const decodedPath = (rawPath: string): string => {
  try {
    return decodeURIComponent(rawPath);
  } catch {
    return rawPath;
  }
};
