import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import {
  readCaller,
  readCorrelationId,
  readIdempotencyKey,
  readJsonBody,
  readListQuery,
  readMigrationId,
  readTimelineQuery,
  refuseQuery,
} from '../../../functions/adapters/http-request.ts';

const event = (change: object = {}) =>
  ({
    headers: { 'content-type': 'application/json' },
    isBase64Encoded: false,
    ...change,
  }) as unknown as APIGatewayProxyEventV2;
const query = (queryStringParameters?: Record<string, string>) => event({ queryStringParameters });
const errorOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return error as { name: string; violations?: { pointer?: string }[] };
  }
  return undefined;
};

describe('the body', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON', 'application/vnd.x+json'])(
    'is read as %s',
    (type) => {
      expect(readJsonBody(event({ headers: { 'content-type': type }, body: '{"a":1}' }))).toEqual({ a: 1 });
    },
  );

  it.each([undefined, '', 'text/plain', 'application/jsonp', 'application/x-www-form-urlencoded', 'text/json'])(
    'is refused as %s',
    (type) => {
      const headers = type === undefined ? {} : { 'content-type': type };
      expect(errorOf(() => readJsonBody(event({ headers, body: '{}' })))?.name).toBe('UnsupportedMediaTypeError');
    },
  );

  it.each([undefined, '', '{', '{"a":}', '\u0000', 'NaN', "{'a':1}"])('is no JSON: %j', (body) => {
    expect(errorOf(() => readJsonBody(event({ body })))).toMatchObject({
      name: 'InvalidRequestError',
      violations: [{ pointer: '', detail: expect.stringMatching(/^is not JSON/) }],
    });
  });

  it('is refused when it is no UTF-8', () => {
    const body = Buffer.from([0x22, 0xff, 0x22]).toString('base64');

    expect(errorOf(() => readJsonBody(event({ body, isBase64Encoded: true })))?.name).toBe('InvalidRequestError');
  });

  it('is read up to 64 KiB, counted in bytes, also behind base64', () => {
    const largest = JSON.stringify('x'.repeat(64 * 1024 - 2));
    const encoded = Buffer.from(largest).toString('base64');
    expect(readJsonBody(event({ body: largest }))).toHaveLength(64 * 1024 - 2);
    expect(readJsonBody(event({ body: encoded, isBase64Encoded: true }))).toHaveLength(64 * 1024 - 2);

    for (const body of [`${largest} `, JSON.stringify('ä'.repeat(32 * 1024))]) {
      expect(errorOf(() => readJsonBody(event({ body })))?.name).toBe('BodyTooLargeError');
    }
  });
});

describe('who asks', () => {
  const caller = (authorizer: unknown) =>
    readCaller(event({ requestContext: { authorizer, http: { sourceIp: '10.0.9.9' } } }));

  it('is an IAM principal of an account, or the subject of a token', () => {
    const userArn = 'arn:aws:sts::123456789012:assumed-role/ops/anna';
    expect(caller({ iam: { userArn, accountId: '123456789012', accessKey: 'AKIA' } })).toEqual({
      by: 'http',
      principal: userArn,
      account: '123456789012',
      sourceIp: '10.0.9.9',
    });
    expect(caller({ jwt: { claims: { sub: 'anna' }, scopes: null } })).toEqual({
      by: 'http',
      principal: 'anna',
      sourceIp: '10.0.9.9',
    });
  });

  it.each([undefined, null, {}, { iam: null }, { jwt: {} }, { jwt: { claims: { sub: 7 } } }])(
    'is not known by %j',
    (authorizer) => {
      expect(caller(authorizer)).toEqual({ by: 'http', sourceIp: '10.0.9.9' });
    },
  );
});

describe('headers', () => {
  it.each(['k', '8e03978e-40d5-43e8-bc93-6894a57f9324', 'x'.repeat(255), undefined])('has the key %s', (key) => {
    expect(readIdempotencyKey(event({ headers: { 'idempotency-key': key } }))).toBe(key);
  });

  it.each(['', ' ', 'a b', 'ä', 'x'.repeat(256), 'a\n'])('refuses the key %j', (key) => {
    expect(errorOf(() => readIdempotencyKey(event({ headers: { 'idempotency-key': key } })))?.violations).toEqual([
      { header: 'Idempotency-Key', detail: expect.anything() },
    ]);
  });

  it('have a correlation id, or the request has one', () => {
    const requestContext = { requestId: 'request-1' };
    const read = (id?: string) => readCorrelationId(event({ headers: { 'x-correlation-id': id }, requestContext }));

    expect([read('corr-1'), read(), read('no spaces'), read('x'.repeat(129))]).toEqual([
      'corr-1',
      'request-1',
      'request-1',
      'request-1',
    ]);
  });
});

describe('the path', () => {
  it('has a migration id, or there is no such migration', () => {
    expect(readMigrationId(event({ pathParameters: { id: 'test-0123456789ab' } }))).toBe('test-0123456789ab');
    for (const id of ['', 'test', '../x', 'x'.repeat(5000)]) {
      expect(errorOf(() => readMigrationId(event({ pathParameters: { id } })))?.name).toBe('MigrationNotFoundError');
    }
    expect(errorOf(() => readMigrationId(event()))?.name).toBe('MigrationNotFoundError');
  });
});

describe('the query', () => {
  it('of the list has filters, in the form in which they are stored', () => {
    expect(readListQuery(query())).toEqual({ limit: 20 });
    expect(
      readListQuery(query({ status: 'syncing', replicationGroupId: 'Orders', nextToken: 't', limit: '100' })),
    ).toEqual({ status: 'syncing', replicationGroupId: 'orders', nextToken: 't', limit: 100 });
  });

  it('of the list is refused with all that is wrong at once', () => {
    const wrong = { status: 'done', replicationGroupId: 'a--b', limit: '0', color: 'red' };

    expect(errorOf(() => readListQuery(query(wrong)))?.violations).toMatchObject(
      ['color', 'status', 'replicationGroupId', 'limit'].map((parameter) => ({ parameter })),
    );
  });

  it.each(['', '0', '-1', '101', '1.5', 'ten', 'Infinity', '1e1', '0x10', ' 5', '5.0'])(
    'of the list has no limit %j',
    (limit) => {
      expect(errorOf(() => readListQuery(query({ limit })))?.violations).toMatchObject([{ parameter: 'limit' }]);
    },
  );

  it('of what changes something has nothing: dryRun=true must not begin a real migration', () => {
    expect(() => refuseQuery(query())).not.toThrow();
    expect(errorOf(() => refuseQuery(query({ dryRun: 'true', x: '1' })))?.violations).toMatchObject([
      { parameter: 'dryRun' },
      { parameter: 'x' },
    ]);
  });

  it('of one migration may ask for its timeline', () => {
    expect(readTimelineQuery(query())).toEqual({ timeline: false, events: false });
    expect(readTimelineQuery(query({ timeline: 'true', nextToken: 't' }))).toEqual({
      timeline: true,
      events: false,
      nextToken: 't',
    });
    expect(readTimelineQuery(query({ timeline: 'events' }))).toEqual({ timeline: false, events: true });
    expect(
      errorOf(() => readTimelineQuery(query({ timeline: 'yes', nextToken: 't', x: '1' })))?.violations,
    ).toMatchObject([{ parameter: 'x' }, { parameter: 'timeline' }, { parameter: 'nextToken' }]);
  });
});
