import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClientError } from '../../client/errors.ts';
import { isPrivateUrl } from '../../client/loopback.ts';
import { makeBearerCall } from '../../client/token/call.ts';
import { scopeOf } from '../../client/token/scope.ts';
import { tokenInEnvironment, tokenInFile, tokenSourceOf } from '../../client/token/source.ts';
import { LARGEST_TOKEN_BYTES } from '../../client/token/token.ts';
import { readTemplate } from '../../local/template/read.ts';
import { SURROUNDINGS, TEMPLATE_PATH } from '../template/support.ts';
import { json, startFakeApi } from './support/api.ts';
import { ISSUER, startTokenApi, type TokenApi } from './support/issuer.ts';

const LIST = { method: 'GET', path: ['migrations'] };
const CUTOVER = { method: 'POST', path: ['migrations', 'test-000000000001', 'cutover'] };
let api: TokenApi;
let folder: string;
let path: string;
beforeAll(async () => {
  api = await startTokenApi();
  folder = await mkdtemp(join(tmpdir(), 'token-'));
  path = join(folder, 'token.jwt');
});
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true });
});
afterEach(() => {
  api.events.length = 0;
});

const callWith = (text: string) => makeBearerCall({ apiUrl: api.url, tokens: tokenInEnvironment(text) });
/** What a call fails with, and nothing of the token in it. */
const failure = async (text: string, request = LIST, call = callWith(text)): Promise<ClientError> => {
  const error = await call(request).then(
    ({ status }) => {
      throw new Error(`it was answered ${status}`);
    },
    (thrown: ClientError) => thrown,
  );
  if (text.trim() !== '') expect(`${error.stack}${JSON.stringify(error)}${String(error.cause)}`).not.toContain(text);
  return error;
};

describe('a bearer token', () => {
  it('lets its bearer in, and goes by the name of its subject', async () => {
    const { status } = await callWith(await api.token())(LIST);

    expect(status).toBe(200);
    expect(api.events[0]?.requestContext).toMatchObject({ authorizer: { jwt: { claims: { sub: 'anna' } } } });
  });

  it('is read anew at each request', async () => {
    const call = makeBearerCall({ apiUrl: api.url, tokens: tokenInFile(path) });
    for (const sub of ['before', 'after']) {
      await writeFile(path, `${await api.token({ sub })}\n`);
      await call(LIST);
    }

    expect(api.events.map(({ requestContext }) => requestContext)).toMatchObject([
      { authorizer: { jwt: { claims: { sub: 'before' } } } },
      { authorizer: { jwt: { claims: { sub: 'after' } } } },
    ]);
  });

  it('that was replaced while it was being refused is tried once more', async () => {
    const [old, fresh] = [await api.token({ nbf: Date.now() }), await api.token()];
    let reads = 0;
    const tokens = { ...tokenInEnvironment(''), read: () => tokenInEnvironment(reads++ === 0 ? old : fresh).read() };

    expect(await makeBearerCall({ apiUrl: api.url, tokens })(CUTOVER)).toMatchObject({ status: 200 });
    expect(api.events).toHaveLength(1);
  });

  it('that has expired is not sent', async () => {
    expect(await failure(await api.token({ exp: 1_700_000_000 }))).toMatchObject({
      code: 'token-expired',
      message: expect.stringContaining('2023-11-14T22:13:20.000Z'),
    });
    expect(api.events).toEqual([]);
  });

  it("that the API finds expired, by another clock than this machine's, is told as such", async () => {
    const clock = await startFakeApi();
    clock.answer = (_, response) => {
      response.setHeader(
        'www-authenticate',
        'Bearer scope="" error="invalid_token" error_description="the token has expired"',
      );
      json(response, 401, { message: 'Unauthorized' });
    };
    const text = await api.token();
    const call = makeBearerCall({ apiUrl: clock.url, tokens: tokenInEnvironment(text) });

    expect(await failure(text, LIST, call)).toMatchObject({ code: 'token-expired' });
    await clock.close();
  });

  it.each([
    ['of another issuer', { iss: 'https://else.example' }, 'https://else.example'],
    ['for another service', { aud: 'mail' }, 'mail'],
    ['for nobody', { aud: [] as string[] }, 'no audience'],
  ])('%s is not sent to a stack that says whose it takes', async (_, claims, named) => {
    const wanted = { issuer: ISSUER, audiences: ['other', 'migrations'] };
    const text = await api.token(claims);
    const call = makeBearerCall({ apiUrl: api.url, tokens: tokenInEnvironment(text), wanted });

    expect(await failure(text, LIST, call)).toMatchObject({
      code: 'token-refused',
      message: expect.stringContaining(named),
    });
    expect(api.events).toEqual([]);
  });

  it('that the API refuses is told with its reason', async () => {
    expect(await failure(await api.token({ aud: 'mail' }))).toMatchObject({
      code: 'token-refused',
      message: expect.stringContaining('the token does not have a valid audience'),
    });
  });

  it('for another act is told with the scope that is missing', async () => {
    expect(await failure(await api.token({}, ['read', 'abort']), CUTOVER)).toMatchObject({
      code: 'scope-missing',
      scope: 'elasticache-migrator/cutover',
      message: expect.stringContaining('It has elasticache-migrator/read, elasticache-migrator/abort'),
    });
  });

  it('is not in what a server answers that repeats it', async () => {
    const echo = await startFakeApi();
    const text = await api.token();
    echo.answer = ({ headers }, response) => {
      response.setHeader('x-echo', String(headers.authorization));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ you: headers.authorization, [String(headers.authorization)]: 1 }).replace('eyJ', '\\u0065yJ'),
      );
    };
    const call = makeBearerCall({ apiUrl: echo.url, tokens: tokenInEnvironment(text) });
    const answer = await call(LIST);

    // The control: it was sent.
    expect(echo.received[0]?.headers.authorization).toBe(`Bearer ${text}`);
    expect(JSON.stringify(answer) + [...answer.headers].join()).not.toContain(text);
    expect(answer.body).not.toMatch(/eyJ|u0065yJ/);

    echo.answer = ({ headers }, response) => {
      response.writeHead(200, { 'content-type': `text/${headers.authorization?.replace(' ', '-')}` }).end('?');
    };
    expect(await failure(text, LIST, call)).toMatchObject({ code: 'api-answer-unreadable' });
    await echo.close();
  });
});

describe('what is no token', () => {
  it.each([
    ['', 'is empty'],
    ['\n', 'is empty'],
    ['hunter2.b.c\nX-Evil: 1', 'has a control character'],
    ['hunter2.b.c\r\n\r\n', 'has a control character'],
    ['hunter2.b\u0000.c', 'has a control character'],
    ['hunter2.b.c\u0085', 'has a control character'],
    ['Bearer hunter2.b.c', 'leave the token alone'],
    ['hunter2.b.c d', 'no JSON Web Token'],
    ['ä.hunter2.c', 'no JSON Web Token'],
    ['hunter2', 'no JSON Web Token'],
    ['hunter2.b.c.d.e', 'no JSON Web Token'],
    ['a.hunter2.c', 'cannot be read'],
    [`${'a'.repeat(LARGEST_TOKEN_BYTES)}.b.c`, 'more than 10240 bytes'],
  ])('is not sent, and nothing of it is told: %j', async (text, fault) => {
    const error = await failure(text);

    expect(error).toMatchObject({ code: 'token-unreadable', message: expect.stringContaining(fault) });
    expect(error.message).not.toContain('hunter2');
    expect(api.events).toEqual([]);
  });

  it('is told of a file with the reason', async () => {
    const told = (file: string) => failure('', LIST, makeBearerCall({ apiUrl: api.url, tokens: tokenInFile(file) }));

    await writeFile(path, `${'x'.repeat(20_000)}`);
    expect((await told(path)).message).toContain('more than 10240 bytes');
    expect((await told(join(folder, 'none'))).message).toContain('does not exist');
    expect((await told(folder)).message).toContain('no file that can be read again');
    expect((await told('/dev/zero')).message).toContain('no file that can be read again');
  });
});

describe('a file with a token', () => {
  it('may have a byte order mark, spaces around it and an end of line, as editors and PowerShell leave them', async () => {
    const token = await api.token();

    for (const bytes of [`\ufeff${token}\r\n`, ` ${token}  `, Buffer.from(`\ufeff${token}\r\n`, 'utf16le')]) {
      await writeFile(path, bytes);
      expect((await tokenInFile(path).read()).text).toBe(token);
    }
  });
});

describe('where a token comes from', () => {
  it('is the file before the environment, and a file tells who else can read it', async () => {
    await writeFile(path, '');
    await chmod(path, 0o644);

    expect(tokenSourceOf(path, { ELASTICACHE_MIGRATOR_TOKEN: 'a.b.c' })?.where).toBe(`the file ${path}`);
    expect(tokenSourceOf(undefined, { ELASTICACHE_MIGRATOR_TOKEN: 'a.b.c' })?.where).toContain('the variable');
    expect(tokenSourceOf(undefined, { ELASTICACHE_MIGRATOR_TOKEN: '' })).toBeUndefined();
    expect(await tokenInFile(path).isOpen()).toBe(true);
    await chmod(path, 0o600);
    expect(await tokenInFile(path).isOpen()).toBe(false);
  });
});

describe('where a token goes to', () => {
  it.each([
    ['https://api.example', true],
    ['http://127.0.0.1:3000', true],
    ['http://127.1', true],
    ['http://[::1]:3000/x', true],
    ['http://localhost', true],
    ['http://api.example', false],
    ['http://localhost.example', false],
    ['http://127.0.0.1.example', false],
    ['http://10.0.0.1', false],
    ['http://[::2]', false],
    ['ftp://127.0.0.1', false],
    ['nothing', false],
  ])('is encrypted, or this machine: %s', (apiUrl, isPrivate) => {
    const make = () => makeBearerCall({ apiUrl, tokens: tokenInEnvironment('a.b.c') });

    expect(isPrivateUrl(apiUrl)).toBe(isPrivate);
    if (isPrivate) expect(make).not.toThrow();
    else expect(make).toThrow(expect.objectContaining({ code: 'token-in-clear' }));
  });
});

describe('the scope of a request', () => {
  it('is that of its route in the template', () => {
    const { routes } = readTemplate(TEMPLATE_PATH, {
      ...SURROUNDINGS,
      parameters: { JwtIssuer: ISSUER, JwtAudience: 'a' },
    });

    expect(routes.length).toBeGreaterThan(9);
    for (const { method, path: route, jwt } of routes) {
      expect([scopeOf(method, route.split('/').slice(1))]).toEqual(jwt?.scopes);
    }
  });
});
