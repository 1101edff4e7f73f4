import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { asClientError } from './failure.ts';

type Chain = ReturnType<typeof fromNodeProviderChain>;

/** The operator's own credentials. */
export interface Credentials {
  /** For SDK clients and signers. Renews what is about to expire. */
  provide: Chain;
  /** Reads everything anew: for keys without a known end, which AWS has found expired. @throws as {@link asClientError} tells */
  renew(): Promise<void>;
}

/**
 * The SDK's chain: environment, profile (also by SSO, process, role), web identity, container, instance.
 * @param profile before all others
 */
export const credentialsOf = (profile?: string): Credentials => {
  // Files are read again at each renewal: the operator has just renewed them there.
  const provide = fromNodeProviderChain({ ignoreCache: true, ...(profile !== undefined && { profile }) });
  return {
    provide,
    renew: async () => {
      try {
        await provide({ forceRefresh: true });
      } catch (error) {
        throw asClientError(error, 'The source of the credentials', profile);
      }
    },
  };
};
