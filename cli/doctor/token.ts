import type { TokenSource } from '../../client/token/source.ts';
import { duration } from '../../console/ui/parts/text.ts';
import type { Caller } from '../tell/next.ts';
import { type Check, good, ofFailure } from './check.ts';

/** Whom the token names, and until when; never the token. */
export const checkToken = async (tokens: TokenSource, caller: Caller): Promise<Check[]> => {
  try {
    const { issuer, subject, scopes, expiresAtMs } = await tokens.read();
    const leftMs = expiresAtMs === undefined ? undefined : expiresAtMs - Date.now();
    const words = [
      `${subject ?? 'nobody by name'}, of ${issuer ?? 'an issuer that it does not name'}`,
      scopes.length > 0 ? `scopes: ${scopes.join(' ')}` : 'no scopes',
      leftMs === undefined
        ? 'no end that it names'
        : leftMs > 0
          ? `good for ${duration(leftMs)}`
          : `expired ${duration(-leftMs)} ago`,
      `from ${tokens.where}`,
    ];
    const check = good('token', words.join('; '));
    return [
      leftMs !== undefined && leftMs <= 0
        ? { ...check, result: 'bad', text: `${check.text}. Put a new token of the issuer in its place.` }
        : check,
      ...((await tokens.isOpen()) ? [readable(tokens.where)] : []),
    ];
  } catch (error) {
    return [ofFailure('token', error, caller)];
  }
};

const readable = (where: string): Check => ({
  name: 'token',
  result: 'note',
  text: `Other users of this machine can read ${where}, and act with it: let only you read it (chmod 600).`,
  next: [],
});
