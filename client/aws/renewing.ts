import type { ApiAnswer, ApiCall } from '../call.ts';
import { ApiAccessDeniedError } from '../errors.ts';
import type { Credentials } from './credentials.ts';
import { CredentialsExpiredError, CredentialsRefusedError } from './errors.ts';
import { saysExpired } from './failure.ts';

/** API Gateway refuses with `{"message": …}` or `{"Message": …}`. The API itself never answers 403. */
const saidBy = ({ json }: ApiAnswer): string => {
  const { message, Message } = (json ?? {}) as { message?: string; Message?: string };
  return message ?? Message ?? 'Forbidden';
};

const isUnknown = (said: string): boolean => /security token|signature|credential/i.test(said);

/**
 * Tells what a 403 of API Gateway means. Credentials that it finds expired are renewed once, and the call made again: it has
 * had no effect.
 * @throws CredentialsExpiredError, CredentialsRefusedError, ApiAccessDeniedError
 */
export const renewing =
  (call: ApiCall, credentials: Pick<Credentials, 'renew'>, of: { apiUrl: string; profile?: string }): ApiCall =>
  async (request) => {
    const first = await call(request);
    if (first.status !== 403) return first;
    let said = saidBy(first);
    if (saysExpired(said)) {
      await credentials.renew();
      const second = await call(request);
      if (second.status !== 403) return second;
      said = saidBy(second);
    }
    if (saysExpired(said)) throw new CredentialsExpiredError(of.profile, said);
    if (isUnknown(said)) throw new CredentialsRefusedError(said);
    throw new ApiAccessDeniedError(of.apiUrl, said);
  };
