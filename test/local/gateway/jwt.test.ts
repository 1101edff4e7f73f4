import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCaller } from '../../../functions/adapters/http-request.ts';
import { toAsker } from '../../../functions/migration/asker.ts';
import { systemClock } from '../../../local/clock.ts';
import { httpApi } from '../../../local/gateway/gateway.ts';
import { readTemplate } from '../../../local/template/read.ts';
import { SURROUNDINGS, TEMPLATE_PATH } from '../../template/support.ts';

const ISSUER = 'https://issuer.example/pool';
const AUDIENCE = 'elasticache-migrator';
const NOW = Date.UTC(2026, 2, 12, 19);

const { routes } = readTemplate(TEMPLATE_PATH, {
  ...SURROUNDINGS,
  parameters: { JwtIssuer: ISSUER, JwtAudience: `other,${AUDIENCE}` },
});

const served: Server[] = [];
const listening = async (server: Server): Promise<string> => {
  served.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const events: APIGatewayProxyEventV2[] = [];
let api: string;
let keys: { privateKey: CryptoKey; publicKey: CryptoKey };
let issuerIsUp = true;

beforeAll(async () => {
  keys = await generateKeyPair('RS256');
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }] };
  const documents: Record<string, unknown> = {
    '/pool/.well-known/openid-configuration': { issuer: ISSUER, jwks_uri: 'https://issuer.example/keys' },
    '/keys': jwks,
  };
  const issuer = await listening(
    createServer(({ url = '' }, response) => {
      response.writeHead(issuerIsUp && documents[url] ? 200 : 503).end(JSON.stringify(documents[url]));
    }),
  );
  api = await listening(
    createServer(
      httpApi({
        routes,
        clock: { ...systemClock, now: () => NOW },
        fetch: (url, init) => fetch(String(url).replace('https://issuer.example', issuer), init),
        report: () => undefined,
        invoke: async (_, event) => {
          events.push(event as APIGatewayProxyEventV2);
          return { ok: true, payload: { statusCode: 204 }, requestId: 'r', executedVersion: '1' };
        },
      }),
    ),
  );
});

afterAll(() => {
  for (const server of served) {
    server.closeAllConnections();
    server.close();
  }
});

const inSeconds = (seconds: number) => NOW / 1_000 + seconds;
const GOOD = { iss: ISSUER, aud: AUDIENCE, sub: 'anna', exp: inSeconds(60), iat: inSeconds(-60) };

/** A claim that is undefined is not there. */
type Claims = { [K in keyof JWTPayload]: JWTPayload[K] | undefined };

const sign = (claims: Claims, header: object = {}, key: CryptoKey = keys.privateKey) =>
  new SignJWT(claims as JWTPayload).setProtectedHeader({ alg: 'RS256', kid: 'one', ...header }).sign(key);

const post = async (path: string, token?: string) => {
  events.length = 0;
  const response = await fetch(api + path, {
    method: 'POST',
    ...(token !== undefined && { headers: { authorization: token } }),
  });
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    message: (response.status === 204 ? undefined : await response.json()) as unknown,
    reached: events.length > 0,
  };
};

const START = '/migrations';
const scoped = (scope: string) => ({ ...GOOD, scope });

describe('a token of the issuer', () => {
  // First, while nothing is kept of the issuer.
  it('is not taken while the issuer cannot be asked for its keys, and is afterwards', async () => {
    const token = await sign(scoped('elasticache-migrator/start'));
    issuerIsUp = false;
    const before = await post(START, token);
    issuerIsUp = true;

    expect(before).toMatchObject({ status: 401, reached: false });
    expect(await post(START, token)).toMatchObject({ status: 204 });
  });

  it.each(['', 'Bearer ', 'bearer '])('lets its bearer in: behind %j', async (prefix) => {
    const token = await sign({ ...scoped('email elasticache-migrator/start'), groups: ['a', 'b'], admin: true });

    expect(await post(START, prefix + token)).toMatchObject({ status: 204, reached: true });
    expect(events[0]?.requestContext).toMatchObject({
      authorizer: {
        jwt: {
          claims: { sub: 'anna', exp: String(GOOD.exp), groups: '[a b]', admin: 'true' },
          scopes: ['email', 'elasticache-migrator/start'],
        },
      },
    });
  });

  it('names its subject as the one who asked', async () => {
    await post(START, await sign(scoped('elasticache-migrator/start')));

    const asker = toAsker(readCaller(events[0] as APIGatewayProxyEventV2), 'now', 'why');
    expect(asker).toEqual({ by: 'http', principal: 'anna', sourceIp: '127.0.0.1', at: 'now', reason: 'why' });
  });

  const act = (scope: string) => `/migrations/test-0123456789ab/${scope}`;
  it.each(['cutover', 'abort', 'confirm', 'unfence', 'rollback', 'close'])(
    'is good for the acts that it is for: %s',
    async (scope) => {
      const only = await sign(scoped(`elasticache-migrator/${scope}`));
      const others = ['read', 'start', 'cutover', 'abort', 'confirm', 'unfence', 'rollback', 'close']
        .filter((one) => one !== scope)
        .map((one) => `elasticache-migrator/${one}`);

      expect(await post(act(scope), only)).toMatchObject({ status: 204 });
      expect(await post(START, only)).toMatchObject({ status: 403, reached: false });
      expect(await post(act(scope), await sign(scoped(others.join(' '))))).toEqual({
        status: 403,
        challenge: `Bearer scope="elasticache-migrator/${scope}" error="insufficient_scope" error_description="the token does not have a scope of this route"`,
        message: { message: 'Forbidden' },
        reached: false,
      });
    },
  );

  it.each([
    ['scp as a list', { ...GOOD, scp: ['elasticache-migrator/start'] }],
    [
      'client_id where there is no aud',
      { ...scoped('elasticache-migrator/start'), aud: undefined, client_id: AUDIENCE },
    ],
    ['one audience of several', { ...scoped('elasticache-migrator/start'), aud: ['else', AUDIENCE] }],
  ])('is taken with %s', async (_, claims) => {
    expect(await post(START, await sign(claims))).toMatchObject({ status: 204 });
  });
});

describe('what is no token for this API', () => {
  const all = scoped('elasticache-migrator/start');

  it.each<[string, Claims, object?]>([
    ['for another audience', { ...all, aud: 'else' }],
    ['for another audience, though its client is ours', { ...all, aud: 'else', client_id: AUDIENCE }],
    ['for nobody', { ...all, aud: undefined }],
    ['of another issuer', { ...all, iss: 'https://issuer.example/else' }],
    ['of the issuer with a slash', { ...all, iss: `${ISSUER}/` }],
    ['expired', { ...all, exp: inSeconds(0) }],
    ['without an end', { ...all, exp: undefined }],
    ['not yet good', { ...all, nbf: inSeconds(5) }],
    ['of the future', { ...all, iat: inSeconds(5) }],
    ['by a key that the issuer does not have', all, { kid: 'two' }],
    ['that does not name its key', all, { kid: undefined }],
  ])('is refused: %s', async (_, claims, header) => {
    const answer = await post(START, await sign(claims, header));

    expect(answer).toMatchObject({ status: 401, message: { message: 'Unauthorized' }, reached: false });
    expect(answer.challenge).toMatch(/^Bearer scope="" error="invalid_token" error_description="[^"]+"$/);
  });

  it('is refused when somebody else signed it, when it was changed, and when nobody signed it', async () => {
    const other = await generateKeyPair('RS256');
    const [header, , signature] = (await sign(all)).split('.');
    const changed = Buffer.from(JSON.stringify({ ...all, sub: 'bob' })).toString('base64url');
    const none = Buffer.from('{"alg":"none","kid":"one"}').toString('base64url');

    for (const token of [
      await sign(all, {}, other.privateKey),
      `${header}.${changed}.${signature}`,
      `${none}.${changed}.`,
      'x',
      'a.b.c',
      'AWS4-HMAC-SHA256 Credential=x',
    ]) {
      expect([token.slice(0, 20), await post(START, token)]).toMatchObject([
        token.slice(0, 20),
        { status: 401, reached: false },
      ]);
    }
  });

  it('is refused when it is an HMAC by the public key, and when it is not by RSA', async () => {
    const jwk = Buffer.from(JSON.stringify(await exportJWK(keys.publicKey)));
    const hmac = await new SignJWT(all).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(jwk);
    const curve = await generateKeyPair('ES256');

    expect(await post(START, hmac)).toMatchObject({ status: 401 });
    expect(await post(START, await sign(all, { alg: 'ES256' }, curve.privateKey))).toMatchObject({ status: 401 });
  });

  it('is asked for where it is missing', async () => {
    expect(await post(START)).toEqual({
      status: 401,
      challenge: 'Bearer',
      message: { message: 'Unauthorized' },
      reached: false,
    });
  });
});
