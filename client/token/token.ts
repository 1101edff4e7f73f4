import { TokenUnreadableError } from './errors.ts';

/** What a token says of itself. Nobody has verified it here: it is for words and for what can be told before sending. */
export interface TokenClaims {
  issuer?: string;
  subject?: string;
  /** `aud`, or `client_id` where there is none, as API Gateway looks for them. */
  audiences: readonly string[];
  /** Of `scope` or `scp`. */
  scopes: readonly string[];
  /** Epoch milliseconds. */
  expiresAtMs?: number;
}

export interface Token extends TokenClaims {
  /** The secret itself. */
  text: string;
}

/**
 * API Gateway takes 10,240 bytes of headers in all:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
export const LARGEST_TOKEN_BYTES = 10_240;

export const TOO_LONG = `has more than ${LARGEST_TOKEN_BYTES} bytes`;

/** RFC 7515, 7.1: header, payload and signature, each in base64url. */
const JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;

const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const textsIn = (value: unknown): string[] => [value].flat().filter((one) => typeof one === 'string');
const wordsIn = (value: unknown): string[] => textsIn(value).flatMap((one) => one.split(' ').filter(Boolean));

const objectIn = (part: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // JSON.parse repeats what it cannot read.
    return undefined;
  }
};

/** Unlike most, a token is told by what it is not: nothing of what was found is repeated. */
const faultOf = (text: string): string | undefined => {
  if (text === '') return 'is empty';
  if (Buffer.byteLength(text) > LARGEST_TOKEN_BYTES) return TOO_LONG;
  if (/\p{Cc}/u.test(text)) return 'has a control character, or more than one line';
  if (/^bearer\s/i.test(text)) return 'begins with "Bearer": leave the token alone in it';
  if (!JWS.test(text)) return 'has no JSON Web Token (three parts in base64url, with dots between them)';
  const [header = '', payload = ''] = text.split('.');
  return objectIn(header) && objectIn(payload) ? undefined : 'has a JSON Web Token whose parts cannot be read';
};

/**
 * A token of this text; a line feed at its end is that of the editor, and spaces around it are nobody's.
 * @param where for messages: `the file token.jwt`
 * @throws TokenUnreadableError
 */
export const tokenOf = (given: string, where: string): Token => {
  const text = given.replace(/^ +| *(?:\r?\n)?$/g, '');
  const fault = faultOf(text);
  if (fault !== undefined) throw new TokenUnreadableError(where, fault);
  const { iss, sub, aud, client_id, scope, scp, exp } = objectIn(text.split('.')[1] as string) as Record<
    string,
    unknown
  >;
  const [issuer, subject] = [textIn(iss), textIn(sub)];
  return {
    text,
    audiences: textsIn(aud ?? client_id),
    scopes: [...wordsIn(scope), ...wordsIn(scp)],
    ...(issuer !== undefined && { issuer }),
    ...(subject !== undefined && { subject }),
    ...(typeof exp === 'number' && { expiresAtMs: exp * 1000 }),
  };
};
