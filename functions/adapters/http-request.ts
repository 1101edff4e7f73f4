import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Caller } from '../migration/asker.ts';
import { tellable } from '../migration/characters.ts';
import type { Violation } from '../migration/error.ts';
import { isMigrationId } from '../migration/identity.ts';
import type { ListQuery } from '../migration/ports.ts';
import { REPLICATION_GROUP_ID, REPLICATION_GROUP_ID_RULE } from '../migration/replication-group-id.ts';
import {
  BodyTooLargeError,
  InvalidRequestError,
  MigrationNotFoundError,
  UnsupportedMediaTypeError,
} from '../migration/request-errors.ts';
import { shown } from '../migration/shown.ts';
import { isStatus, STATUSES } from '../migration/status.ts';

/** Far more than any request needs; what is larger is not even parsed. */
const LARGEST_BODY_BYTES = 64 * 1024;
const JSON_TYPE = /^application\/(?:[\w.!#$&^+-]+\+)?json\s*(?:;|$)/i;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
const CORRELATION_ID = /^[\w.:/+=-]{1,128}$/;

/**
 * The JSON body.
 *
 * @throws UnsupportedMediaTypeError, BodyTooLargeError, InvalidRequestError
 */
export const readJsonBody = ({ body = '', headers, isBase64Encoded }: APIGatewayProxyEventV2): unknown => {
  const contentType = headers['content-type'];
  if (!contentType || !JSON_TYPE.test(contentType)) throw new UnsupportedMediaTypeError(contentType);
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > LARGEST_BODY_BYTES) throw new BodyTooLargeError(bytes.length, LARGEST_BODY_BYTES);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new InvalidRequestError([{ pointer: '', detail: `is not JSON: ${whereBroken(error as Error)}` }]);
  }
};

/** JSON.parse repeats the text around an unexpected token, which may be a password as well as anything else. */
const whereBroken = ({ message }: Error): string =>
  message.startsWith('Unexpected token') ? 'it has a token that is none' : shown(message, 200);

/** @throws InvalidRequestError when the key is not 1-255 visible ASCII characters */
export const readIdempotencyKey = ({ headers }: APIGatewayProxyEventV2): string | undefined => {
  const key = headers['idempotency-key'];
  if (key === undefined || IDEMPOTENCY_KEY.test(key)) return key;
  throw new InvalidRequestError([
    { header: 'Idempotency-Key', detail: 'must have 1-255 visible ASCII characters without spaces' },
  ]);
};

/** The caller's `X-Correlation-Id` where it is fit to be passed on, else the request's id. */
export const readCorrelationId = ({ headers, requestContext }: APIGatewayProxyEventV2): string => {
  const given = headers['x-correlation-id'];
  return given && CORRELATION_ID.test(given) ? given : requestContext.requestId;
};

const LONGEST_PRINCIPAL = 512;

/** Who calls, as the API's authorizer tells it: an IAM principal, or the subject of a token. */
export const readCaller = ({ requestContext }: APIGatewayProxyEventV2): Caller => {
  const { authorizer, http } = requestContext as APIGatewayProxyEventV2['requestContext'] & {
    authorizer?: { iam?: Record<string, unknown> | null; jwt?: { claims?: Record<string, unknown> } };
  };
  const principal = authorizer?.iam?.userArn ?? authorizer?.jwt?.claims?.sub;
  const account = authorizer?.iam?.accountId;
  return {
    by: 'http',
    ...(typeof principal === 'string' && { principal: tellable(principal, LONGEST_PRINCIPAL) }),
    ...(typeof account === 'string' && { account }),
    ...(http?.sourceIp && { sourceIp: http.sourceIp }),
  };
};

/** @throws MigrationNotFoundError for what cannot be an id: there is no such migration */
export const readMigrationId = ({ pathParameters }: APIGatewayProxyEventV2): string => {
  const id = pathParameters?.id ?? '';
  if (!isMigrationId(id)) throw new MigrationNotFoundError(id.slice(0, 60));
  return id;
};

/**
 * Of a request that changes something: `?dryRun=true` must not begin what its body asks for.
 *
 * @throws InvalidRequestError naming every parameter
 */
export const refuseQuery = ({ queryStringParameters = {} }: APIGatewayProxyEventV2): void => {
  const violations = Object.keys(queryStringParameters).map((parameter) => ({
    parameter: parameter.slice(0, 100),
    detail: 'is not a known parameter',
  }));
  if (violations.length > 0) throw new InvalidRequestError(violations);
};

const PAGE = 20;
const LARGEST_PAGE = 100;

/** @throws InvalidRequestError with every violation */
export const readListQuery = ({ queryStringParameters = {} }: APIGatewayProxyEventV2): ListQuery => {
  const { status, replicationGroupId, nextToken, limit, ...unknown } = queryStringParameters;
  const violations: Violation[] = Object.keys(unknown).map((parameter) => ({
    parameter: parameter.slice(0, 100),
    detail: 'is not a known parameter',
  }));
  if (status !== undefined && !isStatus(status)) {
    violations.push({ parameter: 'status', detail: `must be one of ${STATUSES.join(', ')}` });
  }
  if (replicationGroupId !== undefined && !REPLICATION_GROUP_ID.test(replicationGroupId)) {
    violations.push({ parameter: 'replicationGroupId', detail: REPLICATION_GROUP_ID_RULE });
  }
  const size = limit === undefined ? PAGE : /^\d{1,6}$/.test(limit) ? Number(limit) : Number.NaN;
  if (!(size >= 1 && size <= LARGEST_PAGE)) {
    violations.push({ parameter: 'limit', detail: `must be a whole number from 1 to ${LARGEST_PAGE}` });
  }
  if (violations.length > 0) throw new InvalidRequestError(violations);
  return {
    ...(isStatus(status) && { status }),
    ...(replicationGroupId && { replicationGroupId: replicationGroupId.toLowerCase() }),
    ...(nextToken && { nextToken }),
    limit: size,
  };
};

const TIMELINES = ['true', 'false', 'events'];

/** @throws InvalidRequestError with every violation */
export const readTimelineQuery = ({ queryStringParameters = {} }: APIGatewayProxyEventV2) => {
  const { timeline, nextToken, ...unknown } = queryStringParameters;
  const violations: Violation[] = Object.keys(unknown).map((parameter) => ({
    parameter: parameter.slice(0, 100),
    detail: 'is not a known parameter',
  }));
  if (timeline !== undefined && !TIMELINES.includes(timeline)) {
    violations.push({ parameter: 'timeline', detail: 'must be true, false or events' });
  }
  if (nextToken !== undefined && timeline !== 'true' && timeline !== 'events') {
    violations.push({ parameter: 'nextToken', detail: 'belongs to timeline=true or timeline=events' });
  }
  if (violations.length > 0) throw new InvalidRequestError(violations);
  return { timeline: timeline === 'true', events: timeline === 'events', ...(nextToken && { nextToken }) };
};
