import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../local/clock.ts';
import { type GatewayOptions, httpApi } from '../../../local/gateway/gateway.ts';
import type { InvocationResult } from '../../../local/lambda/invocation.ts';
import type { RouteModel } from '../../../local/template/model.ts';

const route = (method: string, path: string, functionArn = 'fn', timeoutMs = 30_000): RouteModel => ({
  method,
  path,
  functionArn,
  timeoutMs,
});

const succeeded = (payload: unknown): InvocationResult => ({ ok: true, payload, requestId: 'r', executedVersion: '1' });
const failed: InvocationResult = {
  ok: false,
  error: 'E',
  cause: '{}',
  unhandled: false,
  requestId: 'r',
  executedVersion: '1',
};

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const start = async (options: Partial<GatewayOptions>) => {
  const events: APIGatewayProxyEventV2[] = [];
  server = createServer(
    httpApi({
      routes: [route('POST', '/migrations'), route('GET', '/migrations/{id}'), route('ANY', '/migrations/own')],
      clock: { ...systemClock, now: () => Date.UTC(2026, 2, 12, 19, 3, 58, 390) },
      invoke: async (_, event) => {
        events.push(event as APIGatewayProxyEventV2);
        return succeeded({ statusCode: 204 });
      },
      report: () => undefined,
      ...options,
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, events };
};

describe('the event of payload format 2.0', () => {
  it('is as documented', async () => {
    const { url, events } = await start({});

    await fetch(`${url}/migrations/a%2Fb?x=1&y=%20&x=2`, {
      headers: { 'X-One': 'A', Cookie: 'c1=1; c2=2', 'User-Agent': 'test' },
    });

    const event = events[0] as APIGatewayProxyEventV2;
    expect(event).toEqual({
      version: '2.0',
      routeKey: 'GET /migrations/{id}',
      rawPath: '/migrations/a/b',
      rawQueryString: 'x=1&y=%20&x=2',
      cookies: ['c1=1', 'c2=2'],
      headers: expect.objectContaining({ 'x-one': 'A', 'user-agent': 'test', host: url.slice('http://'.length) }),
      queryStringParameters: { x: '1,2', y: ' ' },
      pathParameters: { id: 'a/b' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'embedded00',
        domainName: url.slice('http://'.length),
        domainPrefix: 'embedded00',
        http: {
          method: 'GET',
          path: '/migrations/a/b',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test',
        },
        requestId: expect.any(String),
        routeKey: 'GET /migrations/{id}',
        stage: '$default',
        time: '12/Mar/2026:19:03:58 +0000',
        timeEpoch: Date.UTC(2026, 2, 12, 19, 3, 58, 390),
      },
      isBase64Encoded: false,
    });
    expect(event.headers).not.toHaveProperty('cookie');
  });

  it('has parameters by whatever name they are sent', async () => {
    const { url, events } = await start({});
    await fetch(`${url}/migrations/1?__proto__=a&toString=b&x=1&x=2`);

    expect(Object.entries(events[0]?.queryStringParameters ?? {})).toEqual([
      ['__proto__', 'a'],
      ['toString', 'b'],
      ['x', '1,2'],
    ]);
  });

  it('joins what was sent several times by commas', async () => {
    const { url, events } = await start({});
    const { port } = new URL(url);

    const sent = httpRequest({
      port,
      path: '/migrations/1',
      headers: [
        ['Host', 'h'],
        ['X-A', '1'],
        ['x-a', '2'],
      ].flat(),
    }).end();
    const [response] = await once(sent, 'response');
    response.resume();

    expect(events[0]?.headers['x-a']).toBe('1,2');
  });

  it.each([
    ['application/json; charset=utf-8', '{"a":"é"}', false],
    ['application/problem+json', '{}', false],
    ['text/plain', 'x', false],
    ['application/octet-stream', 'x', true],
  ])('encodes a body by its content type: %s', async (type, body, isBase64Encoded) => {
    const { url, events } = await start({});

    await fetch(`${url}/migrations`, { method: 'POST', body: Buffer.from(body), headers: { 'content-type': type } });

    const event = events[0] as APIGatewayProxyEventV2;
    expect(event.isBase64Encoded).toBe(isBase64Encoded);
    expect(isBase64Encoded ? Buffer.from(event.body as string, 'base64').toString() : event.body).toBe(body);
  });
});

describe('routes', () => {
  it('prefers the most specific one', async () => {
    const { url, events } = await start({});

    await fetch(`${url}/migrations/own`);

    expect(events[0]?.routeKey).toBe('ANY /migrations/own');
  });

  it.each(['/', '/migrations', '/migrations/', '/migrations/1/2'])(
    'answers 404 where there is none: GET %s',
    async (path) => {
      const { url, events } = await start({});

      const response = await fetch(url + path);

      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(await response.json()).toEqual({ message: 'Not Found' });
      expect(events).toEqual([]);
    },
  );
});

describe('the response', () => {
  it('is what the function says, with a cookie each', async () => {
    const answer = {
      statusCode: 201,
      headers: { 'X-One': 'a', Location: '/x' },
      cookies: ['a=1', 'b=2; Secure'],
      body: 'made',
    };
    const { url } = await start({ invoke: async () => succeeded(answer) });

    const response = await fetch(`${url}/migrations`, { method: 'POST' });

    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe('/x');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2; Secure']);
    expect(response.headers.get('apigw-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await response.text()).toBe('made');
  });

  it('is a 200 with the answer as JSON when the function names no status', async () => {
    const { url } = await start({ invoke: async () => succeeded({ any: 'object' }) });

    const response = await fetch(`${url}/migrations`, { method: 'POST' });

    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ any: 'object' });
  });

  it('is decoded from base64', async () => {
    const { url } = await start({
      invoke: async () => succeeded({ statusCode: 200, body: 'AP8=', isBase64Encoded: true }),
    });

    const response = await fetch(`${url}/migrations`, { method: 'POST' });

    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.of(0, 255));
  });

  it.each([
    ['the function fails', async () => failed],
    ['the answer makes no sense', async () => succeeded({ statusCode: 'many' })],
    ['the function cannot be invoked', async () => Promise.reject(new Error('no'))],
  ])('is 500 when %s', async (_, invoke) => {
    const { url } = await start({ invoke });

    const response = await fetch(`${url}/migrations`, { method: 'POST' });

    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ message: 'Internal Server Error' });
  });

  it('is 503 when the function takes longer than the integration may', async () => {
    const { url } = await start({
      routes: [route('GET', '/slow', 'fn', 20)],
      invoke: () => new Promise(() => undefined),
    });

    const response = await fetch(`${url}/slow`);

    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ message: 'Service Unavailable' });
  });

  it('is 413 for more than 10 MB', async () => {
    const { url, events } = await start({});

    const response = await fetch(`${url}/migrations`, { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) });

    expect(response.status).toBe(413);
    expect(events).toEqual([]);
  });
});
