import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type * as Guard from '../../console/server/guard.ts';
import { checkHost, targetIdOf } from '../../console/server/guard.ts';
import { AccessKeys } from '../../console/server/key.ts';
import { type Asked, send, sendBytes } from './support/requests.ts';
import { type ServedConsole, serveAConsole } from './support/served.ts';

/** The guard that is taken away, to see that it was the one which refused. */
const off = vi.hoisted(() => ({ guard: '' }));
vi.mock('../../console/server/guard.ts', async (importOriginal) => {
  const real = await importOriginal<typeof Guard>();
  const checks = Object.entries(real)
    .filter(([name]) => name.startsWith('check'))
    .map(([name, check]) => [
      name,
      (...args: never[]) => (off.guard === name ? undefined : (check as (...given: never[]) => void)(...args)),
    ]);
  return { ...real, ...Object.fromEntries(checks) };
});

let console: ServedConsole;
let token: string;
let host: string;
let target: string;
beforeAll(async () => {
  console = await serveAConsole();
  token = await console.token();
  host = new URL(console.url).host;
  target = targetIdOf(`${console.api.url}/base`);
});
afterEach(() => {
  off.guard = '';
  console.api.received = [];
});
afterAll(() => console.close());

type Headers = Record<string, string | undefined>;

/** What the console's own page sends, but for some headers. `undefined` leaves one away. */
const act = (headers: Headers = {}): Asked => {
  const all: Headers = {
    host,
    origin: `http://${host}`,
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/json',
    'x-console-token': token,
    'x-console-target': target,
    ...headers,
  };
  const kept = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    method: 'POST',
    path: '/console/api/migrations/m-1/cutover',
    headers: Object.fromEntries(kept),
    body: '{"reason":"r"}',
  };
};
const read = (path: string, headers: Record<string, string> = {}): Asked => ({ path, headers: { host, ...headers } });

/** What is refused, by which guard, with which code. */
const ATTACKS: [string, keyof typeof Guard, string, () => Asked][] = [
  [
    'a name that was rebound to this machine',
    'checkHost',
    'console-host-refused',
    () =>
      act({
        host: `evil.example:${new URL(console.url).port}`,
        origin: `http://evil.example:${new URL(console.url).port}`,
      }),
  ],
  ['another port in Host', 'checkHost', 'console-host-refused', () => act({ host: '127.0.0.1:1', origin: undefined })],
  ['Host without the port', 'checkHost', 'console-host-refused', () => act({ host: 'localhost', origin: undefined })],
  [
    'a look-alike of localhost',
    'checkHost',
    'console-host-refused',
    () => act({ host: host.replace('127.0.0.1', 'localhost.evil.example'), origin: undefined }),
  ],
  [
    'the session read by a rebound name',
    'checkHost',
    'console-host-refused',
    () => ({ ...read('/console/session'), headers: { host: `evil.example:${new URL(console.url).port}` } }),
  ],
  ['another origin', 'checkOrigin', 'console-origin-refused', () => act({ origin: 'https://evil.example' })],
  [
    'another port of this machine',
    'checkOrigin',
    'console-origin-refused',
    () => act({ origin: 'http://127.0.0.1:1' }),
  ],
  ['our origin by https', 'checkOrigin', 'console-origin-refused', () => act({ origin: `https://${host}` })],
  [
    'our origin by another of our names',
    'checkOrigin',
    'console-origin-refused',
    () => act({ origin: `http://${host.replace('127.0.0.1', 'localhost')}` }),
  ],
  ['a sandboxed frame or a file', 'checkOrigin', 'console-origin-refused', () => act({ origin: 'null' })],
  [
    'a read with another origin',
    'checkOrigin',
    'console-origin-refused',
    () => read('/console/api/migrations', { origin: 'https://evil.example' }),
  ],
  [
    'a read by another site',
    'checkReader',
    'console-origin-refused',
    () => read('/console/api/migrations', { 'sec-fetch-site': 'cross-site' }),
  ],
  [
    'a read by another port of this machine',
    'checkReader',
    'console-origin-refused',
    () => read('/console/api/migrations', { 'sec-fetch-site': 'same-site' }),
  ],
  [
    'the session by another site',
    'checkReader',
    'console-origin-refused',
    () => read('/console/session', { 'sec-fetch-site': 'cross-site' }),
  ],
  [
    'an act by nobody who says so',
    'checkWriter',
    'console-origin-refused',
    () => act({ origin: undefined, 'sec-fetch-site': undefined }),
  ],
  [
    'an act of a typed URL',
    'checkWriter',
    'console-origin-refused',
    () => act({ origin: undefined, 'sec-fetch-site': 'none' }),
  ],
  ['an act without the token', 'checkWriter', 'console-token', () => act({ 'x-console-token': undefined })],
  ['an act with an empty token', 'checkWriter', 'console-token', () => act({ 'x-console-token': '' })],
  ['an act with a part of the token', 'checkWriter', 'console-token', () => act({ 'x-console-token': token.slice(1) })],
  ['what a form can send', 'checkWriter', 'console-media-type-refused', () => act({ 'content-type': 'text/plain' })],
  [
    'JSON only by the look',
    'checkWriter',
    'console-media-type-refused',
    () => act({ 'content-type': 'application/jsonp' }),
  ],
  [
    'an act of a page of another stack',
    'checkTarget',
    'console-other-target',
    () => act({ 'x-console-target': targetIdOf('https://staging.example') }),
  ],
  [
    'an act that does not say what it is for',
    'checkTarget',
    'console-other-target',
    () => act({ 'x-console-target': undefined }),
  ],
  [
    'a read of a page of another stack',
    'checkTarget',
    'console-other-target',
    () => read('/console/api/migrations', { 'x-console-target': targetIdOf('https://staging.example') }),
  ],
  ['no content type', 'checkWriter', 'console-media-type-refused', () => act({ 'content-type': undefined })],
];

describe('the console refuses', () => {
  it.each(ATTACKS)('%s', async (_, guard, code, attack) => {
    const refused = await send(console.url, attack());
    const seen = console.api.received.length;
    off.guard = guard;
    const passed = await send(console.url, attack());

    expect({ ...JSON.parse(refused.text), seen }).toMatchObject({ code, type: `docs/errors.md#${code}`, seen: 0 });
    expect(refused.headers['content-type']).toBe('application/problem+json');
    // The control: without its guard the very same request gets what it is after.
    expect(passed.status).toBe(200);
    expect(console.api.received.length).toBe(attack().path === '/console/session' ? 0 : 1);
  });

  it('no name without a port where that is 80, which browsers leave away', () => {
    const at = (named: string, localPort: number) => () =>
      checkHost({ headers: { host: named }, socket: { localPort } } as never);

    expect(at('127.0.0.1', 80)).not.toThrow();
    expect(at('[::1]:80', 80)).not.toThrow();
    expect(at('evil.example', 80)).toThrow('not to evil.example');
    expect(at('127.0.0.1', 3100)).toThrow('not to 127.0.0.1');
  });

  it('a request without Host, which HTTP/1.0 allows', async () => {
    const asked = 'GET /console/session HTTP/1.0\r\n\r\n';
    const refused = await sendBytes(console.url, asked);
    off.guard = 'checkHost';

    expect(refused).toMatch(/^HTTP\/1\.1 403 .*console-host-refused/s);
    expect(await sendBytes(console.url, asked)).toMatch(/^HTTP\/1\.1 200 .*requestToken/s);
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('%s', async (method) => {
    const { path, headers = {} } = act();

    const response = await send(console.url, { method, path, headers });

    expect(response.status).toBe(405);
    expect(response.headers.allow).toBe('GET, HEAD, POST');
    expect(console.api.received).toEqual([]);
  });

  it('a preflight of another site with anything that would let it in', async () => {
    const response = await send(console.url, {
      method: 'OPTIONS',
      path: '/console/api/migrations',
      headers: { host, origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });

    expect(response.status).toBe(403);
    expect(Object.keys(response.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('to change the protocol', async () => {
    const upgrade = `GET /console/api/migrations HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`;

    expect(await sendBytes(console.url, `${upgrade}\r\n`)).not.toMatch(/^HTTP\/1\.1 101|^upgrade:/im);
    expect(await sendBytes(console.url, `${upgrade}Origin: https://evil.example\r\n\r\n`)).toMatch(/^HTTP\/1\.1 403/);
  });
});

describe('the console lets in', () => {
  it.each([
    ['its page', () => act()],
    ['its page in a browser that sends no Origin', () => act({ origin: undefined })],
    ['its page in a browser that says nothing of sites', () => act({ 'sec-fetch-site': undefined })],
    ['JSON with a charset', () => act({ 'content-type': 'application/json; charset=utf-8' })],
    [
      'its page by the name localhost',
      () => {
        const named = host.replace('127.0.0.1', 'localhost');
        return act({ host: named, origin: `http://${named}` });
      },
    ],
  ])('%s', async (_, asked) => {
    expect((await send(console.url, asked())).status).toBe(200);
    expect(console.api.received).toHaveLength(1);
  });
});

describe('a console with a key', () => {
  let keys: AccessKeys;
  let locked: ServedConsole;
  beforeAll(async () => {
    keys = new AccessKeys();
    locked = await serveAConsole({ keys });
  });
  afterAll(() => locked.close());

  const exchange = async (key: string, headers: Record<string, string> = {}) => {
    const asked = { method: 'POST', path: '/console/key', headers: { 'x-console-key': key, ...headers } };
    return JSON.parse((await send(locked.url, asked)).text);
  };

  it.each(['/console/session', '/console/api/migrations'])('keeps %s from whoever does not send it', async (path) => {
    const sent = (headers: Record<string, string>) => send(locked.url, { path, headers });
    const { host: name } = new URL(locked.url);
    const refused = [
      await sent({}),
      await sent({ 'x-console-key': keys.lasting.slice(1) }),
      await sent({ cookie: `x-console-key=${keys.lasting}; console-key-${name.split(':')[1]}=${keys.lasting}` }),
      await send(locked.url, { path: `${path}?key=${keys.lasting}` }),
    ];

    for (const { text } of refused) expect(JSON.parse(text)).toMatchObject({ status: 401, code: 'console-key-needed' });
    expect(locked.api.received).toEqual([]);
    expect((await sent({ 'x-console-key': keys.lasting })).status).toBe(200);
    locked.api.received = [];
  });

  it('gives one for one use to the first alone, and that opens nothing by itself', async () => {
    const key = keys.once();
    const direct = await send(locked.url, { path: '/console/session', headers: { 'x-console-key': key } });

    expect(direct.status).toBe(401);
    expect(await exchange(key)).toEqual({ key: keys.lasting });
    expect(await exchange(key)).toMatchObject({ code: 'console-key-needed' });
    expect(await exchange('wrong')).toMatchObject({ code: 'console-key-needed' });
    expect(await exchange(keys.lasting)).toEqual({ key: keys.lasting });
  });

  it('uses none up for another site, and takes none by a method that a link has', async () => {
    const key = keys.once();

    expect(await exchange(key, { 'sec-fetch-site': 'same-site' })).toMatchObject({ code: 'console-origin-refused' });
    expect(await exchange(key, { origin: 'http://127.0.0.1:1' })).toMatchObject({ code: 'console-origin-refused' });
    const read = await send(locked.url, { path: '/console/key', headers: { 'x-console-key': key } });
    expect(read.status).toBe(405);
    expect(await exchange(key)).toEqual({ key: keys.lasting });
  });

  it('gives its browser no cookie, which would go to every port of this machine, and the API no key', async () => {
    const headers = { 'x-console-key': keys.lasting };
    const paths = ['/console/', '/console/session', '/console/api/migrations', `/console/?key=${keys.lasting}`];
    for (const path of paths) expect((await send(locked.url, { path, headers })).headers['set-cookie']).toBeUndefined();

    expect(JSON.stringify(locked.api.received.map((one) => one.headers))).not.toContain(keys.lasting);
  });

  it('shows its page to everybody: nothing is in it', async () => {
    expect((await send(locked.url, { path: '/console/' })).status).toBe(200);
  });
});
