import {
  createRemoteJWKSet,
  customFetch,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import type { Clock } from '../clock.ts';
import type { JwtModel } from '../template/model.ts';

/** What the function is told of a token that was taken: `requestContext.authorizer.jwt`. */
export interface JwtAuthorization {
  /** Every claim as text. */
  claims: Record<string, string>;
  scopes: string[];
}

/** Why a token was not taken. */
export interface JwtRefusal {
  status: 401 | 403;
  /** The `www-authenticate` header. */
  challenge: string;
}

const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const KEYS_KEPT_MS = 2 * 60 * 60 * 1_000;

const refusal = (
  status: 401 | 403,
  error: string,
  description: string,
  scopes: readonly string[] = [],
): JwtRefusal => ({
  status,
  challenge: `Bearer scope="${scopes.join(' ')}" error="${error}" error_description="${description}"`,
});

const invalid = (description: string): JwtRefusal => refusal(401, 'invalid_token', description);

/** `[a b]` of a list, as API Gateway writes it. */
const asText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(asText).join(' ')}]`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

const words = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === 'string' ? value.split(' ').filter(Boolean) : [];

const namesItsKey = (token: string): boolean => {
  try {
    return decodeProtectedHeader(token).kid !== undefined;
  } catch {
    return false;
  }
};

/** `client_id` counts only where there is no `aud`. */
const isForUs = ({ aud, client_id }: JWTPayload, audience: readonly string[]): boolean =>
  [aud ?? client_id].flat().some((one) => typeof one === 'string' && audience.includes(one));

/**
 * Verifies tokens as an HTTP API's JWT authorizer does:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 * Of the descriptions of refusals, AWS documents that of a wrong audience; the others are our own.
 */
export class JwtVerifier {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #fetch: typeof fetch;
  readonly #keys = new Map<string, Promise<JWTVerifyGetKey>>();

  /** @param fetchFrom how issuers are asked for their keys */
  constructor(clock: Pick<Clock, 'now'>, fetchFrom: typeof fetch = fetch) {
    this.#clock = clock;
    this.#fetch = fetchFrom;
  }

  /** @param header `Authorization`: the token alone, or behind `Bearer` */
  async verify(header: string | undefined, model: JwtModel): Promise<JwtAuthorization | JwtRefusal> {
    const token = header?.replace(/^bearer\s+/i, '').trim();
    if (!token) return { status: 401, challenge: 'Bearer' };
    const payload = await this.#payload(token, model);
    if ('challenge' in payload) return payload as JwtRefusal;
    if (!isForUs(payload, model.audience)) return invalid('the token does not have a valid audience');
    const scopes = [...words(payload.scope), ...words(payload.scp)];
    if (model.scopes.length > 0 && !model.scopes.some((scope) => scopes.includes(scope))) {
      return refusal(403, 'insufficient_scope', 'the token does not have a scope of this route', model.scopes);
    }
    const claims = Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, asText(value)]));
    return { claims, scopes };
  }

  async #payload(token: string, { issuer }: JwtModel): Promise<JWTPayload | JwtRefusal> {
    if (!namesItsKey(token)) return invalid('the token does not name its key');
    try {
      const now = this.#clock.now();
      const { payload } = await jwtVerify(token, await this.#keysOf(issuer), {
        algorithms: RSA,
        issuer,
        requiredClaims: ['exp'],
        currentDate: new Date(now),
      });
      return (payload.iat ?? 0) * 1_000 > now ? invalid('the token is of the future') : payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return invalid(`the token is not valid: ${error.code}`);
      return invalid('the issuer does not tell its keys');
    }
  }

  #keysOf(issuer: string): Promise<JWTVerifyGetKey> {
    const kept = this.#keys.get(issuer);
    if (kept) return kept;
    const found = this.#discover(issuer);
    this.#keys.set(issuer, found);
    // The next request asks again.
    found.catch(() => this.#keys.delete(issuer));
    return found;
  }

  /** OpenID Connect Discovery 1.0, section 4. */
  async #discover(issuer: string): Promise<JWTVerifyGetKey> {
    const response = await this.#fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    if (!response.ok) throw new Error(`${issuer} answers ${response.status}`);
    const { jwks_uri } = (await response.json()) as { jwks_uri: string };
    return createRemoteJWKSet(new URL(jwks_uri), { cacheMaxAge: KEYS_KEPT_MS, [customFetch]: this.#fetch });
  }
}
