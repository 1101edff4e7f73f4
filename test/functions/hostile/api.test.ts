import { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context, EventBridgeEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AllowedGroups } from '../../../functions/adapters/allowed-groups.ts';
import { AllowedNetworks } from '../../../functions/adapters/allowed-networks.ts';
import { busFunction } from '../../../functions/adapters/bus.ts';
import {
  callerOf,
  readAbortRequest,
  readCutoverRequest,
  readEnvelope,
} from '../../../functions/adapters/bus-request.ts';
import { httpFunction } from '../../../functions/adapters/http.ts';
import {
  readCaller,
  readCorrelationId,
  readIdempotencyKey,
  readJsonBody,
  readListQuery,
  readMigrationId,
  readTimelineQuery,
} from '../../../functions/adapters/http-request.ts';
import { logger } from '../../../functions/adapters/logger.ts';
import { taskFunction } from '../../../functions/adapters/task.ts';
import { makeAcceptMigration } from '../../../functions/migration/accept.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aRequest, MIGRATION_ID } from '../support/records.ts';
import { FakeWorkflow } from '../support/workflow.ts';
import { CONTROL, HOSTILE } from './texts.ts';

const CONTEXT = {
  functionName: 'f',
  awsRequestId: 'r',
  memoryLimitInMB: '512',
  getRemainingTimeInMillis: () => 30_000,
};
const context = CONTEXT as unknown as Context;

let written: string;
beforeEach(() => {
  written = '';
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation(((chunk: string | Uint8Array) => {
      written += chunk.toString();
      return true;
    }) as never);
  }
});
afterEach(() => vi.restoreAllMocks());

/** Each line, which has to be an entry of the log by itself. */
const logged = (): Record<string, unknown>[] => {
  const lines = written.split('\n').filter((line) => line !== '');
  for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThan(64 * 1024);
  const entries: Record<string, unknown>[] = lines.map((line) => JSON.parse(line));
  const figures = entries.filter((entry) => '_aws' in entry);
  for (const figure of figures) expect(Object.keys(figure).filter((name) => !OF_FIGURES.has(name))).toEqual([]);
  return entries.filter((entry) => !figures.includes(entry));
};

/** All that a line of figures may have; it, too, is held to hold no controls. */
const OF_FIGURES = new Set([
  ...['_aws', 'service', 'code', 'migrationId', 'correlationId', 'eventId'],
  ...['ColdStarts', 'InternalErrors', 'MigrationsRefused', 'RequestsRefused'],
]);

const mustBeFit = (entries: Record<string, unknown>[]): void => {
  for (const entry of entries)
    expect(entry).toMatchObject({ message: expect.not.stringMatching(/^forged$/), timestamp: expect.any(String) });
  // Line ends of a stack are written as \n by JSON.
  expect(written.replaceAll('\n', '')).not.toMatch(CONTROL);
};

const accepting = () => {
  const clock = new FakeClock();
  const migrations = new FakeMigrations(clock);
  return {
    migrations,
    accept: makeAcceptMigration(
      migrations,
      new FakeWorkflow(),
      new AllowedNetworks(['10.0.0.0/8']),
      new AllowedGroups(['*']),
    ),
  };
};

/** Every door of the API, in one. */
const handler = () => {
  const { accept } = accepting();
  return httpFunction(async (event) => {
    if (event.pathParameters) readMigrationId(event);
    if (event.rawPath === '/list') readListQuery(event);
    if (event.rawPath === '/one') readTimelineQuery(event);
    const key = readIdempotencyKey(event);
    const asking = { caller: readCaller(event), correlationId: readCorrelationId(event) };
    const body = await accept({
      body: readJsonBody(event),
      ...asking,
      ...(key !== undefined && { idempotencyKey: key }),
    });
    return { status: 202, body };
  });
};

const http = async (change: object, requestContext: object = {}): Promise<APIGatewayProxyStructuredResultV2> => {
  const event = {
    routeKey: 'POST /migrations',
    rawPath: '/migrations',
    headers: { 'content-type': 'application/json' },
    isBase64Encoded: false,
    body: JSON.stringify(aRequest()),
    requestContext: { requestId: 'request-1', ...requestContext },
    ...change,
  } as unknown as APIGatewayProxyEventV2;
  return (await handler()(event, context)) as APIGatewayProxyStructuredResultV2;
};

const asJson = (headers: object) => ({ headers: { 'content-type': 'application/json', ...headers } });
const body = (change: object) => ({ body: JSON.stringify(aRequest(change)) });

/** Where a request can hold a text. */
const DOORS: Record<string, (text: string) => Promise<APIGatewayProxyStructuredResultV2>> = {
  'the reason': (text) => http(body({ reason: text })),
  'the replication group': (text) => http(body({ replicationGroupId: text })),
  'the address': (text) => http(body({ customerNodeEndpointList: [{ address: text, port: 6379 }] })),
  'the port': (text) => http(body({ customerNodeEndpointList: [{ address: '10.0.0.5', port: text }] })),
  'a waiver': (text) => http(body({ waivers: [text] })),
  'the mode': (text) => http(body({ cutover: { mode: text } })),
  'the name of a field': (text) => http(body({ [text]: 1 })),
  'the whole body': (text) => http({ body: text }),
  'what follows a body': (text) => http({ body: `${JSON.stringify(aRequest())}${text}` }),
  'the content type': (text) => http({ headers: { 'content-type': text } }),
  'the idempotency key': (text) => http(asJson({ 'idempotency-key': text })),
  'the correlation id': (text) => http(asJson({ 'x-correlation-id': text })),
  'the id in the path': (text) => http({ pathParameters: { id: text } }),
  'the status in a query': (text) =>
    http({ routeKey: 'GET /migrations', rawPath: '/list', queryStringParameters: { status: text } }),
  'the name of a parameter': (text) =>
    http({ routeKey: 'GET /migrations', rawPath: '/one', queryStringParameters: { [text]: text } }),
  'the caller': (text) =>
    http({}, { authorizer: { iam: { userArn: text, accountId: text } }, http: { sourceIp: text } }),
};

describe('a hostile request', () => {
  it.each(Object.entries(DOORS))('by %s is answered in short, and forges nothing', async (_, enter) => {
    for (const text of Object.values(HOSTILE)) {
      const { statusCode, body: answer = '' } = await enter(text);

      expect(statusCode).toBeGreaterThanOrEqual(202);
      expect(statusCode).toBeLessThan(500);
      expect(answer.length).toBeLessThan(4000);
      expect(JSON.parse(answer)).not.toHaveProperty('y');
      mustBeFit(logged());
    }
  });

  it('would be told as it is by a logger without a limit: this test can tell', () => {
    const text = `${HOSTILE['a change of direction']}${'x'.repeat(100_000)}`;
    new Logger({ serviceName: 'elasticache-migrator' }).info('told', { text });
    const [unlimited = ''] = written.split('\n');
    expect(unlimited).toMatch(CONTROL);
    expect(unlimited.length).toBeGreaterThan(64 * 1024);

    written = '';
    logger.info('told', { text });
    mustBeFit(logged());
    expect(logged()[0]?.text).toMatch(/^safe\?gnp\.exe\?\?\?x+…$/);
  });

  it('tells nothing of what it holds beside what is asked for: a password in a wrong place is nowhere', async () => {
    const SECRET = 'correct-horse-battery-staple';
    const answers = [
      await http(body({ password: SECRET })),
      await http(body({ source: { auth: { token: SECRET } } })),
      await http(body({ customerNodeEndpointList: [{ address: '10.0.0.5', port: 6379, password: SECRET }] })),
      await http(body({ customerNodeEndpointList: [{ address: `redis://:${SECRET}@10.0.0.5`, port: 6379 }] })),
      await http({ body: `{"password": ${SECRET}}` }),
      await http({ body: `{"password":"${SECRET}` }),
      await http(asJson({ authorization: `Bearer ${SECRET}`, cookie: SECRET, 'x-correlation-id': `a ${SECRET}` })),
      await http({ headers: { 'content-type': 'text/plain', authorization: SECRET } }),
    ];

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([400, 400, 400, 400, 400, 400, 202, 415]);
    expect(JSON.stringify(answers) + written).not.toContain(SECRET);
    expect(written).not.toBe('');
  });
});

describe('a hostile event', () => {
  const send = async (change: Partial<EventBridgeEvent<string, unknown>>) => {
    const { accept } = accepting();
    const handle = busFunction(async (event) => {
      if (event['detail-type'] === 'CutoverRequested') return readCutoverRequest(event);
      if (event['detail-type'] === 'AbortRequested') return readAbortRequest(event);
      const { data, correlationId } = readEnvelope(event);
      return accept({ body: data, caller: callerOf(event), idempotencyKey: event.id, correlationId });
    });
    const event = {
      id: 'event-1',
      source: 'ops',
      account: '000000000000',
      'detail-type': 'MigrationRequested',
      detail: { data: aRequest() },
      ...change,
    } as EventBridgeEvent<string, unknown>;
    return handle(event, context).catch((error: Error) => error);
  };

  const EVENTS: Record<string, (text: string) => Partial<EventBridgeEvent<string, unknown>>> = {
    'its source': (source) => ({ source }),
    'its id': (id) => ({ id }),
    'its detail': (detail) => ({ detail }),
    'a field of its detail': (text) => ({ detail: { [text]: text, data: aRequest({ [text]: text }) } }),
    'its correlation id': (correlationId) => ({ detail: { metadata: { correlationId }, data: aRequest() } }),
    'the migration of a cutover': (migrationId) => ({
      'detail-type': 'CutoverRequested',
      detail: { data: { migrationId } },
    }),
    'the reason of an abort': (reason) => ({
      'detail-type': 'AbortRequested',
      detail: { data: { migrationId: MIGRATION_ID, reason } },
    }),
  };

  it.each(Object.entries(EVENTS))('by %s is taken or refused, and forges nothing', async (_, change) => {
    for (const text of Object.values(HOSTILE)) {
      const result = await send(change(text));

      if (result instanceof Error) {
        expect(result).toHaveProperty('code');
        expect(result.message.length).toBeLessThanOrEqual(2000);
        expect(result.message).not.toMatch(CONTROL);
      }
      mustBeFit(logged());
    }
  });
});

describe('a hostile fault of a task', () => {
  it.each(Object.entries(HOSTILE))('is logged in a line: %s', async (_, text) => {
    const cause = Object.assign(new Error(text, { cause: new Error(text) }), { name: text });
    const failing = taskFunction(async () => {
      throw cause;
    });
    await failing({ migrationId: MIGRATION_ID }, context).catch(() => undefined);

    expect(logged()).toHaveLength(1);
    mustBeFit(logged());
  });
});
