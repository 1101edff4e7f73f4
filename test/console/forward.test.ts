import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { targetIdOf } from '../../console/server/guard.ts';
import { json } from '../client/support/api.ts';
import { send, sendBytes } from './support/requests.ts';
import { type ServedConsole, serveAConsole } from './support/served.ts';

let console: ServedConsole;
let host: string;
let token: string;
let target: string;
beforeAll(async () => {
  console = await serveAConsole({ timeoutMs: 300 });
  host = new URL(console.url).host;
  token = await console.token();
  target = targetIdOf(`${console.api.url}/base`);
});
afterEach(() => {
  console.api.received = [];
  console.api.answer = (_, response) => json(response, 200, {});
});
afterAll(() => console.close());

const get = (path: string, headers = {}) => send(console.url, { path, headers });
const post = (body: string, headers = {}) =>
  send(console.url, {
    method: 'POST',
    path: '/console/api/migrations',
    headers: {
      origin: `http://${host}`,
      'content-type': 'application/json',
      'x-console-token': token,
      'x-console-target': target,
      ...headers,
    },
    body,
  });

describe('what is passed on', () => {
  it('is method, path, query, body, content type and idempotency key, and nothing else of the browser', async () => {
    await post('{"a":"ü"}', {
      'idempotency-key': 'k-1',
      cookie: 'session=secret',
      authorization: 'Bearer secret',
      'x-amz-security-token': 'secret',
      'x-forwarded-for': '10.0.0.1',
      referer: 'http://secret',
    });

    const [received] = console.api.received;
    expect(received).toMatchObject({ method: 'POST', url: '/base/migrations', body: '{"a":"ü"}' });
    expect(received?.headers).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': 'k-1' });
    expect(JSON.stringify(received?.headers)).not.toMatch(/secret|10\.0\.0\.1|console-t|origin/);
  });

  it('keeps names and values of the query, in their order', async () => {
    await get('/console/api/migrations?status=copying&nextToken=a%2Bb%2F%3D%3D&x=1&x=2');

    expect(console.api.received[0]?.url).toBe('/base/migrations?status=copying&nextToken=a%2Bb%2F%3D%3D&x=1&x=2');
  });

  it('keeps what a name hides from the way', async () => {
    await get(`/console/api/migrations/${encodeURIComponent('ä?#&= b')}/history`);

    expect(console.api.received[0]?.url).toBe(`/base/migrations/${encodeURIComponent('ä?#&= b')}/history`);
  });

  it('asks by GET for a HEAD, and leaves the body away', async () => {
    const response = await send(console.url, { method: 'HEAD', path: '/console/api/migrations' });

    expect({ status: response.status, text: response.text }).toEqual({ status: 200, text: '' });
    expect(console.api.received[0]?.method).toBe('GET');
  });
});

/** Behind `/console/api/`. */
const WAYS_OUT = [
  '../session',
  '..%2fmigrations',
  '..%2F..%2Fsecret',
  '%2e%2e/secret',
  '%2e%2e%2fsecret',
  '..%5csecret',
  'migrations/../../secret',
  'migrations/..%2f..%2fsecret',
  'migrations/%2e%2e/%2e%2e/secret',
  'migrations/..%5c..%5csecret',
  'migrations/.%2e/secret',
  'migrations/./secret',
  'migrations//secret',
  'migrations/',
  '/secret',
  '//evil.example/secret',
  'http://evil.example/',
  'http:%2f%2fevil.example%2f',
  '@evil.example/migrations',
  'migrations%00',
  'migrations/%0d%0aX-Injected:%201',
  'migrations/a%0ab',
  'migrations/%ff',
  'migrations/%',
  'migrations;x=1',
  'MIGRATIONS',
  'migrationsx',
  '',
];

describe('a path that leads elsewhere', () => {
  it.each(WAYS_OUT)('is refused, and nothing is asked: %j', async (rest) => {
    const response = await get(`/console/api/${rest}`);

    expect(response.status).toBe(404);
    expect(JSON.parse(response.text).code).toMatch(/^(path-refused|console-not-found)$/);
    expect(console.api.received).toEqual([]);
  });

  it('would leave the API if it were only appended to its address', () => {
    const apiUrl = 'https://api.example/base';
    const inside = (rest: string) => URL.parse(`${apiUrl}/${rest}`)?.href.startsWith(`${apiUrl}/migrations`) ?? false;

    expect(WAYS_OUT.filter((rest) => !inside(rest)).length).toBeGreaterThan(10);
  });

  it.each([
    'GET http://evil.example/console/api/migrations HTTP/1.1',
    'GET //evil.example/console/api/migrations HTTP/1.1',
    'GET /console/api\\migrations HTTP/1.1',
    'GET /Console/api/migrations HTTP/1.1',
    'CONNECT evil.example:80 HTTP/1.1',
  ])('nor by a request line: %s', async (line) => {
    const answer = await sendBytes(console.url, `${line}\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);

    expect(answer).not.toMatch(/^HTTP\/1\.1 200.*application\/json/s);
    expect(console.api.received).toEqual([]);
  });

  it.each([
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 40\r\n'],
    ['a length and chunks', 'Content-Length: 40\r\nTransfer-Encoding: chunked\r\n'],
    ['a line broken in a header', 'X-A: 1\nX-B: 2\r\n'],
  ])('nor by smuggling: %s', async (_, headers) => {
    const own = `Host: ${host}\r\nOrigin: http://${host}\r\nX-Console-Token: ${token}\r\nX-Console-Target: ${target}\r\nContent-Type: application/json\r\n`;
    const smuggled = 'GET /secret HTTP/1.1\r\n\r\n';
    await sendBytes(console.url, `POST /console/api/migrations HTTP/1.1\r\n${own}${headers}\r\n0\r\n\r\n${smuggled}`);

    expect(console.api.received.map(({ url }) => url).filter((url) => url !== '/base/migrations')).toEqual([]);
  });
});

describe('limits', () => {
  const LIMIT = 64 * 1024;

  it('passes a body of 64 KiB on, and not one byte more', async () => {
    const most = await post(`"${'x'.repeat(LIMIT - 2)}"`);
    const seen = console.api.received.length;
    const more = await post(`"${'x'.repeat(LIMIT - 1)}"`);

    expect({ status: most.status, seen }).toEqual({ status: 200, seen: 1 });
    expect(JSON.parse(more.text)).toMatchObject({ status: 413, code: 'console-body-refused' });
    expect(console.api.received).toHaveLength(1);
  });

  it('gives a slow API up', async () => {
    console.api.answer = () => undefined;

    expect(JSON.parse((await get('/console/api/migrations')).text)).toMatchObject({ status: 504, code: 'api-timeout' });
  });

  it('gives up an API that stops in the middle of its answer', async () => {
    console.api.answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{');
    };

    expect(JSON.parse((await get('/console/api/migrations')).text)).toMatchObject({ status: 504, code: 'api-timeout' });
  });
});

describe('what comes back', () => {
  it('is the answer with its own problem document', async () => {
    console.api.answer = (_, response) =>
      json(response, 409, { code: 'action-not-allowed', detail: 'd' }, 'application/problem+json');

    const response = await get('/console/api/migrations');

    expect(response.status).toBe(409);
    expect(JSON.parse(response.text)).toEqual({ code: 'action-not-allowed', detail: 'd' });
  });

  it("tells the API's time, not that of the console's machine, and which console has answered", async () => {
    const date = 'Thu, 01 Jan 2026 00:00:00 GMT';
    console.api.answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', date }).end('{}');
    };
    const { consoleId } = JSON.parse((await get('/console/session')).text);

    const { headers } = await get('/console/api/migrations');

    expect(headers).toMatchObject({ date, 'x-console-id': consoleId });
    expect(consoleId).not.toBe('');
  });

  it('carries no cookie, no header of the signature and no other header of the API', async () => {
    console.api.answer = (_, response) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'set-cookie': 'a=1',
        authorization: 'AWS4-HMAC-SHA256 secret',
        'x-amz-security-token': 'secret',
        'access-control-allow-origin': '*',
        'content-security-policy': 'none',
      });
      response.end('{}');
    };

    const { headers } = await get('/console/api/migrations');

    expect(JSON.stringify(headers)).not.toMatch(/secret|a=1|access-control/);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['cache-control']).toBe('no-store');
  });

  it.each([
    [429, { message: 'Too Many Requests' }],
    [404, { message: 'Not Found' }],
    [503, { message: 'Service Unavailable' }],
    [500, {}],
  ] as [number, { message?: string }][])(
    'is a problem document also where API Gateway answers %i by itself',
    async (status, said) => {
      console.api.answer = (_, response) => json(response, status, said);

      const response = await get('/console/api/migrations');

      expect(response.status).toBe(status);
      expect(JSON.parse(response.text)).toMatchObject({
        status,
        code: 'gateway-refused',
        detail: expect.stringContaining(said.message ?? String(status)),
      });
    },
  );

  it.each([
    ['a page', 200, 'text/html', '<script>alert(1)</script>'],
    ['broken JSON of a 500', 500, 'application/json', '{'],
    ['JSON that is no object', 502, 'application/json', 'null'],
    ['a problem that is broken', 400, 'application/problem+json', '{"code":'],
  ])('is never %s', async (_, status, type, body) => {
    console.api.answer = (__, response) => {
      response.writeHead(status, { 'content-type': type }).end(body);
    };

    const response = await get('/console/api/migrations');

    expect(JSON.parse(response.text)).toMatchObject({
      code: expect.stringMatching(/^(api-answer-unreadable|gateway-refused)$/),
    });
    expect(response.text).not.toContain('<script>');
  });

  it('follows no redirection', async () => {
    console.api.answer = ({ url }, response) => {
      if (url === '/elsewhere') return json(response, 200, {});
      response.writeHead(302, { location: '/elsewhere' }).end();
    };

    expect(JSON.parse((await get('/console/api/migrations')).text)).toMatchObject({
      status: 502,
      code: 'api-answer-unreadable',
    });
    expect(console.api.received.map(({ url }) => url)).toEqual(['/base/migrations']);
  });

  it('says that the API is away, and comes back with it', async () => {
    const other = await serveAConsole();
    await other.api.close();

    const away = await send(other.url, { path: '/console/api/migrations' });

    expect(JSON.parse(away.text)).toMatchObject({ status: 502, code: 'api-unreachable' });
    expect(other.reported).toEqual([]);
    await other.close();
  });
});
