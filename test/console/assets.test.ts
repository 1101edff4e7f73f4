import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Asked, send } from './support/requests.ts';
import { SCRIPT, type ServedConsole, serveAConsole } from './support/served.ts';

let console: ServedConsole;
beforeAll(async () => {
  console = await serveAConsole();
});
afterAll(() => console.close());

const get = (path: string, headers = {}, rest: Partial<Asked> = {}) => send(console.url, { path, headers, ...rest });
const MAIN = '/console/assets/main-ABC.js';

describe('the page', () => {
  it.each(['/console/', '/console/new', '/console/migrations/orders-1', '/console/?status=copying'])(
    'is behind %s, and is asked for anew each time',
    async (path) => {
      const { status, headers, text } = await get(path);

      expect({ status, text }).toEqual({ status: 200, text: '<!doctype html><title>page</title>' });
      expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
      expect((await get(path, { 'if-none-match': headers.etag })).status).toBe(304);
    },
  );

  it.each(['/', '/console'])('is where %s leads', async (path) => {
    expect(await get(path)).toMatchObject({ status: 308, headers: { location: '/console/' } });
  });

  it('is only read', async () => {
    expect((await get('/console/', {}, { method: 'POST' })).status).toBe(405);
  });
});

describe('an asset', () => {
  it('is kept for ever, since its name changes with its contents', async () => {
    const { status, headers, text } = await get(MAIN);

    expect({ status, text }).toEqual({ status: 200, text: SCRIPT });
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    });
    expect(headers['content-encoding']).toBeUndefined();
  });

  it.each([
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['gzip, deflate', 'gzip', gunzipSync],
    ['gzip;q=1.0', 'gzip', gunzipSync],
  ])('is compressed for whoever takes %s', async (accepted, encoding, decompress) => {
    const { headers, body } = await get(MAIN, { 'accept-encoding': accepted });

    expect(headers['content-encoding']).toBe(encoding);
    expect(Number(headers['content-length'])).toBeLessThan(SCRIPT.length / 5);
    expect(decompress(body).toString()).toBe(SCRIPT);
  });

  it.each([
    '/console/assets/',
    '/console/assets/none.js',
    '/console/assets/../server/console.ts',
    '/console/assets/..%2f..%2fpackage.json',
    '/console/assets/%2e%2e/%2e%2e/package.json',
    '/console/assets/....//package.json',
    '/console/assets/main-ABC.js/',
    '/console/assets/main-ABC.js%00.css',
    '/console/../package.json',
    '/console/..%2fpackage.json',
    '/console/.git/config.x',
    '/console/assets//etc/passwd.txt',
    '/console/assets/__proto__.x',
    '/other',
    '/consolex/main.js',
    '//console/assets/main-ABC.js',
  ])('is found by its whole name alone, so that no path leads to a file: %s', async (path) => {
    const { status, headers, text } = await get(path);

    // A place in the page, or nothing at all.
    if (status === 200) expect(text).toBe('<!doctype html><title>page</title>');
    else expect({ status, type: headers['content-type'] }).toEqual({ status: 404, type: 'application/problem+json' });
    expect(text).not.toMatch(/dependencies|root:|createConsole/);
  });
});

describe('every answer', () => {
  it.each(['/console/', MAIN, '/console/session', '/console/api/migrations', '/console/api/none', '/console/none.js'])(
    'lets no foreign code in: %s',
    async (path) => {
      const { headers } = await get(path);

      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'x-frame-options': 'DENY',
      });
      const policy = String(headers['content-security-policy']).split('; ');
      expect(policy).toEqual(
        expect.arrayContaining([
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "connect-src 'self'",
          "frame-ancestors 'none'",
          "base-uri 'none'",
          "form-action 'none'",
          "require-trusted-types-for 'script'",
        ]),
      );
      expect(policy.join()).not.toMatch(/unsafe|https?:|\*/);
    },
  );
});

describe('the session', () => {
  it('tells the target and a token that is new with each console, and is kept nowhere', async () => {
    const { headers, text } = await get('/console/session');
    const other = await serveAConsole();

    expect(JSON.parse(text)).toEqual({
      target: { kind: 'embedded', apiUrl: `${console.api.url}/base` },
      targetId: expect.stringMatching(/^[\w-]{22}$/),
      requestToken: expect.stringMatching(/^[\w-]{43}$/),
      consoleId: expect.stringMatching(/^[\w-]{12}$/),
    });
    expect(headers['cache-control']).toBe('no-store');
    expect(await other.token()).not.toBe(JSON.parse(text).requestToken);
    await other.close();
  });

  it('that cannot be told is a fault of the console, which is reported and not shown', async () => {
    const broken = await serveAConsole({ target: () => Promise.reject(new Error('secret')) });

    const { text } = await send(broken.url, { path: '/console/session' });

    expect(JSON.parse(text)).toMatchObject({ status: 500, code: 'internal-error' });
    expect(text).not.toContain('secret');
    expect(broken.reported).toEqual([new Error('secret')]);
    await broken.close();
  });
});
