import { ClientError } from '../errors.ts';

/** Nothing of a token stands in any of these messages: they are told, kept and pasted. */

/** What a stack that takes tokens says of those it takes. */
export interface TokenWanted {
  issuer?: string;
  audiences: readonly string[];
}

export const TOKEN_VARIABLE = 'ELASTICACHE_MIGRATOR_TOKEN';
const HOW = `pass --token-file FILE, or set ${TOKEN_VARIABLE}`;

const wantedText = ({ issuer, audiences }: TokenWanted): string =>
  [issuer && `of the issuer ${issuer}`, audiences.length > 0 && `for the audience ${audiences.join(' or ')}`]
    .filter(Boolean)
    .join(', ') || 'in the header Authorization';

/** The API takes tokens, and there is none. */
export class TokenMissingError extends ClientError {
  override readonly name = 'TokenMissingError';
  readonly code = 'token-missing';

  constructor(who: string, wanted: TokenWanted) {
    super(`${who} wants a bearer token: one ${wantedText(wanted)}. To give one, ${HOW}`);
  }
}

/** The stack takes requests that IAM has signed: it is not told a token that is not for it. */
export class TokenNotTakenError extends ClientError {
  override readonly name = 'TokenNotTakenError';
  readonly code = 'token-not-taken';

  constructor(who: string) {
    super(`${who} takes requests that are signed by IAM, and no token: leave --token-file out`);
  }
}

/** What is there is no token, or is not there. */
export class TokenUnreadableError extends ClientError {
  override readonly name = 'TokenUnreadableError';
  readonly code = 'token-unreadable';

  constructor(where: string, found: string) {
    super(`There is no token in ${where}: it ${found}`);
  }
}

/** Said before it is sent. */
export class TokenExpiredError extends ClientError {
  override readonly name = 'TokenExpiredError';
  readonly code = 'token-expired';

  constructor(where: string, said: string) {
    super(`The token in ${where} has expired (${said}): get a new one from its issuer`);
  }
}

/** It is not one of those that the API takes. */
export class BearerTokenRefusedError extends ClientError {
  override readonly name = 'BearerTokenRefusedError';
  readonly code = 'token-refused';

  constructor(where: string, said: string) {
    super(`The token in ${where} is not taken: ${said}`);
  }
}

/** The token is good, and not for this act. */
export class ScopeMissingError extends ClientError {
  override readonly name = 'ScopeMissingError';
  readonly code = 'scope-missing';
  readonly scope: string;

  constructor(where: string, scope: string, has: readonly string[]) {
    const held = has.length > 0 ? `It has ${has.join(', ')}` : 'It has no scope at all';
    super(`The token in ${where} lacks the scope ${scope}. ${held}: ask its issuer for one with that scope`);
    this.scope = scope;
  }
}

/** Whoever is on the way could read the token, and act with it. */
export class TokenInClearError extends ClientError {
  override readonly name = 'TokenInClearError';
  readonly code = 'token-in-clear';

  constructor(apiUrl: string) {
    super(`A token is not sent to ${apiUrl}: everybody on the way could read it. Name the API by https`);
  }
}
