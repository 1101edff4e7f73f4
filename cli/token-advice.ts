import type { ClientError } from '../client/errors.ts';
import { ScopeMissingError } from '../client/token/errors.ts';

const WHAT_IT_NEEDS = 'docs/security.md#by-token';

interface Advice {
  /** Sentences. */
  say: string[];
  /** Pages. */
  see: string[];
}

/**
 * What to do or to read where a token is what is wrong; doctor tells whose it is and what for, and nothing of itself.
 * @param isForbidden a token was sent, and something before the API answers 403
 */
export const tokenAdvice = (error: ClientError, isForbidden: boolean): Advice => {
  if (error instanceof ScopeMissingError)
    return {
      say: [`Ask the issuer for the scope ${error.scope}, put the new token in its place, and ask again.`],
      see: [WHAT_IT_NEEDS],
    };
  const { code } = error;
  if (code === 'token-missing' || isForbidden) return { say: [], see: [WHAT_IT_NEEDS] };
  if (code === 'token-expired' || code === 'token-refused')
    return { say: ['Put a new token of the issuer in its place, and ask again.'], see: [] };
  return { say: [], see: [] };
};
