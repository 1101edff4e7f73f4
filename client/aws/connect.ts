import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { type ApiCall, makeApiCall } from '../call.ts';
import { credentialsOf } from './credentials.ts';
import { asClientError } from './failure.ts';
import { askIdentity, type Identity } from './identity.ts';
import { renewing } from './renewing.ts';
import { makeSign } from './signer.ts';
import { findApiUrl } from './stack.ts';

export interface ConnectOptions {
  /** A name, or an ARN. */
  stack: string;
  /** Default: that of the environment or of the profile. */
  region?: string;
  profile?: string;
  /** Default 35,000. */
  timeoutMs?: number;
  /** Default 3,000: a page waits for who it is before it can act, and STS may be out of reach where the API is not. */
  identityTimeoutMs?: number;
}

export interface StackConnection {
  stack: string;
  region: string;
  apiUrl: string;
  /** Signed by the operator's own credentials. Throws also CredentialsMissingError, CredentialsExpiredError and ApiAccessDeniedError. */
  call: ApiCall;
  /** Who the credentials are, as STS says; undefined where it does not, or not in time. */
  identity(): Promise<Identity | undefined>;
}

/** Enough for a bad moment; an operator waits. */
const ATTEMPTS = 3;
const IDENTITY_TIMEOUT_MS = 3_000;
/** Nobody is asked for longer than that, also when no packet comes back. */
const PATIENCE = { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true };

/**
 * Finds the API of a deployed stack by its outputs, and signs what is sent there.
 *
 * @throws RegionMissingError, CredentialsMissingError, CredentialsExpiredError, CredentialsRefusedError, StackNotFoundError,
 * StackAccessDeniedError, StackWithoutApiError, AwsUnreachableError
 */
export const connectStack = async ({
  stack,
  profile,
  timeoutMs,
  identityTimeoutMs = IDENTITY_TIMEOUT_MS,
  ...given
}: ConnectOptions): Promise<StackConnection> => {
  const credentials = credentialsOf(profile);
  const settings = {
    ...(given.region !== undefined && { region: given.region }),
    ...(profile !== undefined && { profile }),
    credentials: credentials.provide,
    maxAttempts: ATTEMPTS,
    requestHandler: PATIENCE,
  };
  const cloudFormation = new CloudFormationClient(settings);
  try {
    const region = await cloudFormation.config.region().catch((error: unknown) => {
      throw asClientError(error, 'The configuration', profile);
    });
    const asked = { stack, region, ...(profile !== undefined && { profile }) };
    const apiUrl = await findApiUrl(cloudFormation, asked);
    const call = makeApiCall({
      apiUrl,
      sign: makeSign(credentials, region, profile),
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    return {
      stack,
      region,
      apiUrl,
      call: renewing(call, credentials, { apiUrl, ...(profile !== undefined && { profile }) }),
      // It is for showing only: whoever may not ask may all the same act.
      identity: () => askIdentity({ ...settings, region }, identityTimeoutMs).catch(() => undefined),
    };
  } finally {
    cloudFormation.destroy();
  }
};
