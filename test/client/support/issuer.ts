import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { systemClock } from '../../../local/clock.ts';
import { httpApi } from '../../../local/gateway/gateway.ts';
import { readTemplate } from '../../../local/template/read.ts';
import { SURROUNDINGS, TEMPLATE_PATH } from '../../template/support.ts';

export const ISSUER = 'https://issuer.example/pool';
export const AUDIENCE = 'migrations';
const ALL = ['read', 'start', 'cutover', 'abort', 'confirm', 'unfence', 'rollback', 'close'];

/** The template's API with a token issuer, whose function answers with what it is given. */
export interface TokenApi {
  url: string;
  /** Of the stack. */
  outputs: Record<string, string>;
  /** What got through to the function. */
  events: APIGatewayProxyEventV2[];
  /** A token that the API takes, but for these claims. */
  token(claims?: JWTPayload, scopes?: readonly string[]): Promise<string>;
  answer: (event: APIGatewayProxyEventV2) => { status: number; body: unknown; type?: string };
  close(): Promise<void>;
}

const listening = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

export const startTokenApi = async (): Promise<TokenApi> => {
  const keys = await generateKeyPair('RS256');
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }] };
  const documents: Record<string, unknown> = {
    [`${ISSUER}/.well-known/openid-configuration`]: { issuer: ISSUER, jwks_uri: 'https://issuer.example/keys' },
    'https://issuer.example/keys': jwks,
  };
  const { routes, outputs } = readTemplate(TEMPLATE_PATH, {
    ...SURROUNDINGS,
    parameters: { JwtIssuer: ISSUER, JwtAudience: `other,${AUDIENCE}` },
  });
  const server = createServer(
    httpApi({
      routes,
      clock: systemClock,
      fetch: async (url) => Response.json(documents[String(url)]),
      report: () => undefined,
      invoke: async (_, event) => {
        api.events.push(event as APIGatewayProxyEventV2);
        const { status, body, type = 'application/json' } = api.answer(event as APIGatewayProxyEventV2);
        const payload = { statusCode: status, headers: { 'content-type': type }, body: JSON.stringify(body) };
        return { ok: true, payload, requestId: 'r', executedVersion: '1' };
      },
    }),
  );
  const url = await listening(server);
  const api: TokenApi = {
    url,
    outputs: { ...outputs, ApiUrl: url },
    events: [],
    token: (claims = {}, scopes = ALL) =>
      new SignJWT({
        iss: ISSUER,
        aud: AUDIENCE,
        sub: 'anna',
        exp: Math.floor(Date.now() / 1000) + 3600,
        iat: Math.floor(Date.now() / 1000) - 60,
        scope: scopes.map((scope) => `elasticache-migrator/${scope}`).join(' '),
        ...claims,
      })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .sign(keys.privateKey),
    answer: () => ({ status: 200, body: { migrations: [] } }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return api;
};
