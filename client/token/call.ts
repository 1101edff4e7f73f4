import { type ApiAnswer, type ApiCall, type ApiCallOptions, makeApiCall } from '../call.ts';
import type { ClientError } from '../errors.ts';
import { isPrivateUrl } from '../loopback.ts';
import {
  BearerTokenRefusedError,
  ScopeMissingError,
  TokenExpiredError,
  TokenInClearError,
  type TokenWanted,
} from './errors.ts';
import { scopeOf } from './scope.ts';
import type { TokenSource } from './source.ts';
import type { Token } from './token.ts';
import { withoutToken } from './without-token.ts';

export interface BearerCallOptions extends Omit<ApiCallOptions, 'sign'> {
  tokens: TokenSource;
  /** As the stack says; where nothing is said, API Gateway alone judges. */
  wanted?: TokenWanted;
  /** Default: Date.now */
  now?: () => number;
}

/** What can be told of a token before it is sent to anybody. @throws TokenExpiredError, BearerTokenRefusedError */
const check = (token: Token, where: string, { issuer, audiences }: TokenWanted, nowMs: number): void => {
  const { expiresAtMs } = token;
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs)
    throw new TokenExpiredError(where, `by this machine's clock, at ${timeText(expiresAtMs)}`);
  if (issuer !== undefined && token.issuer !== issuer)
    throw new BearerTokenRefusedError(where, `it is of ${token.issuer ?? 'no issuer'}, and the API takes ${issuer}`);
  if (audiences.length > 0 && !token.audiences.some((one) => audiences.includes(one))) {
    const found = token.audiences.join(', ') || 'no audience';
    throw new BearerTokenRefusedError(where, `it is for ${found}, and the API takes ${audiences.join(' or ')}`);
  }
};

/** Claims may be any number, also one that no date has. */
const timeText = (ms: number): string => {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? 'a time that is none' : date.toISOString();
};

/** RFC 6750, section 3: `Bearer error="invalid_token" error_description="the token has expired"`. */
const descriptionIn = ({ headers }: ApiAnswer): string =>
  /error_description="([^"]{1,200})"/.exec(headers.get('www-authenticate') ?? '')?.[1] ?? 'the API does not say why';

/**
 * Asks the API with a bearer token, which is read anew for each request. One that was refused and has been replaced meanwhile
 * is tried once more: the refused request has had no effect.
 *
 * @throws TokenInClearError at once; each call TokenUnreadableError, TokenExpiredError, BearerTokenRefusedError,
 * ScopeMissingError, and what {@link makeApiCall} throws, without anything of the token in it
 */
export const makeBearerCall = ({
  tokens,
  wanted = { audiences: [] },
  now = Date.now,
  ...options
}: BearerCallOptions): ApiCall => {
  if (!isPrivateUrl(options.apiUrl)) throw new TokenInClearError(options.apiUrl);
  const { where } = tokens;

  const ask: (token: Token) => ApiCall = ({ text }) =>
    withoutToken(
      text,
      makeApiCall({ ...options, sign: async ({ headers }) => ({ ...headers, authorization: `Bearer ${text}` }) }),
    );

  const usable = async (): Promise<Token> => {
    const token = await tokens.read();
    check(token, where, wanted, now());
    return token;
  };

  const refusal = (answer: ApiAnswer): ClientError => {
    const said = descriptionIn(answer);
    return /expired/i.test(said)
      ? new TokenExpiredError(where, `the API says: ${said}`)
      : new BearerTokenRefusedError(where, said);
  };

  return async (request) => {
    let token = await usable();
    let answer = await ask(token)(request);
    if (answer.status === 401) {
      const next = await usable();
      if (next.text === token.text) throw refusal(answer);
      token = next;
      answer = await ask(token)(request);
      if (answer.status === 401) throw refusal(answer);
    }
    const scope = scopeOf(request.method, request.path);
    if (answer.status === 403 && !token.scopes.includes(scope)) throw new ScopeMissingError(where, scope, token.scopes);
    return answer;
  };
};
