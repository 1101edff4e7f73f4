import type { ClientError } from '../client/errors.ts';
import { ScopeMissingError } from '../client/token/errors.ts';

const WHAT_IT_NEEDS = 'docs/security.md#by-token';

/** What to type or to read where a token is what is wrong; doctor tells whose it is and what for, and nothing of itself. */
export const tokenAdvice = (error: ClientError): string[] => {
  if (error instanceof ScopeMissingError)
    return [
      `ask the issuer for the scope ${error.scope}, put the new token in its place, and ask again`,
      WHAT_IT_NEEDS,
    ];
  const { code } = error;
  if (code === 'token-missing') return ['add --token-file FILE', WHAT_IT_NEEDS];
  if (code === 'token-expired' || code === 'token-refused' || code === 'token-unreadable')
    return ['put a new token of the issuer in its place, and ask again'];
  return [];
};
