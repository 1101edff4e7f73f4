import type { ApiCall } from '../call.ts';
import { TokenMissingError } from './errors.ts';

/** Tells a 401 that asks for a token: a stack of another version does not say so in its outputs, and an endpoint never does. */
export const orWantsToken =
  (who: string, call: ApiCall): ApiCall =>
  async (request) => {
    const answer = await call(request);
    if (answer.status === 401 && /^bearer\b/i.test(answer.headers.get('www-authenticate') ?? ''))
      throw new TokenMissingError(who, { audiences: [] });
    return answer;
  };
