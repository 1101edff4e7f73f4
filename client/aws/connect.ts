import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { type ApiCall, makeApiCall } from '../call.ts';
import { makeBearerCall } from '../token/call.ts';
import { TokenMissingError, TokenNotTakenError } from '../token/errors.ts';
import type { TokenSource } from '../token/source.ts';
import { orWantsToken } from '../token/wanting.ts';
import { credentialsOf } from './credentials.ts';
import { asClientError } from './failure.ts';
import { askIdentity, type Identity } from './identity.ts';
import { renewing } from './renewing.ts';
import { makeSign } from './signer.ts';
import { findApi, type StackApi } from './stack.ts';

export interface ConnectOptions {
  /** A name, or an ARN. */
  stack: string;
  /** Default: that of the environment or of the profile. */
  region?: string;
  profile?: string;
  /** Taken where the stack takes tokens. One that is not named for this call is left alone where it takes signed requests. */
  tokens?: TokenSource;
  /** Default 35,000. */
  timeoutMs?: number;
  /** Default 3,000: a page waits for who it is before it can act, and STS may be out of reach where the API is not. */
  identityTimeoutMs?: number;
}

export interface StackConnection {
  stack: string;
  region: string;
  apiUrl: string;
  /**
   * Signed by the operator's own credentials, or with a token. Throws also CredentialsMissingError, CredentialsExpiredError and
   * ApiAccessDeniedError, or what {@link makeBearerCall} throws.
   */
  call: ApiCall;
  /** Who the credentials are, as STS says; undefined where it does not, or not in time. With a token they only find the stack. */
  identity(): Promise<Identity | undefined>;
  /** The id of the access key that signs now: another one once the credentials have changed. No secret. @throws what the SDK throws */
  keyId(): Promise<string>;
  /** What acts in the place of the credentials: the stack takes tokens. */
  tokens?: TokenSource;
}

/** Enough for a bad moment; an operator waits. */
const ATTEMPTS = 3;
const IDENTITY_TIMEOUT_MS = 3_000;
/** Nobody is asked for longer than that, also when no packet comes back. */
const PATIENCE = { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true };

/**
 * The tokens to send; undefined where requests are signed.
 * @throws TokenMissingError, TokenNotTakenError
 */
const tokensFor = (who: string, { authorization, wanted }: StackApi, tokens?: TokenSource): TokenSource | undefined => {
  if (authorization === 'jwt' && !tokens) throw new TokenMissingError(who, wanted);
  if (authorization === 'iam' && tokens?.isNamed) throw new TokenNotTakenError(who);
  return authorization === 'jwt' || (authorization === undefined && tokens?.isNamed) ? tokens : undefined;
};

/**
 * Finds the API of a deployed stack by its outputs, and signs what is sent there, or sends a token with it: the stack says which.
 *
 * @throws RegionMissingError, CredentialsMissingError, CredentialsExpiredError, CredentialsRefusedError, StackNotFoundError,
 * StackAccessDeniedError, StackWithoutApiError, AwsUnreachableError, TokenMissingError, TokenNotTakenError
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
    const api = await findApi(cloudFormation, asked);
    const { apiUrl, wanted } = api;
    const who = `The stack ${stack} in ${region}`;
    const tokens = tokensFor(who, api, given.tokens);
    const settingsOfCall = { apiUrl, ...(timeoutMs !== undefined && { timeoutMs }) };
    const signed = () =>
      orWantsToken(
        who,
        renewing(makeApiCall({ ...settingsOfCall, sign: makeSign(credentials, region, profile) }), credentials, {
          apiUrl,
          ...(profile !== undefined && { profile }),
        }),
      );
    return {
      stack,
      region,
      apiUrl,
      call: tokens ? makeBearerCall({ ...settingsOfCall, tokens, wanted }) : signed(),
      ...(tokens && { tokens }),
      keyId: async () => (await credentials.provide()).accessKeyId,
      // It is for showing only: whoever may not ask may all the same act.
      identity: () => askIdentity({ ...settings, region }, identityTimeoutMs).catch(() => undefined),
    };
  } finally {
    cloudFormation.destroy();
  }
};
