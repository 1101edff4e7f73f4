import type { ClientError } from '../errors.ts';
import {
  AwsUnreachableError,
  CredentialsExpiredError,
  CredentialsMissingError,
  CredentialsRefusedError,
  RegionMissingError,
} from './errors.ts';

/** Codes of AWS for credentials that were good once (Common Errors of each service's API reference). */
const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired'];
const REFUSED = [
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
  'IncompleteSignature',
  'AuthFailure',
];

/** By the SDK's providers, which have one name for all that can go wrong, or by API Gateway, which has none. */
export const saysExpired = (message: string): boolean => /expired|aws sso login/i.test(message);

const isOfProvider = ({ name }: Error): boolean => name === 'CredentialsProviderError' || name === 'TokenProviderError';

/**
 * What a failed call of the SDK means to whoever asked.
 * @param what was asked, for the message: `CloudFormation in eu-west-1`
 */
export const asClientError = (error: unknown, what: string, profile?: string): ClientError => {
  const failure = error instanceof Error ? error : new Error(String(error));
  const { name, message } = failure;
  const because = { cause: failure };
  if (message === 'Region is missing') return new RegionMissingError(because);
  if (EXPIRED.includes(name)) return new CredentialsExpiredError(profile, message, because);
  if (REFUSED.includes(name)) return new CredentialsRefusedError(message, because);
  if (isOfProvider(failure) && saysExpired(message)) return new CredentialsExpiredError(profile, message, because);
  if (isOfProvider(failure)) return new CredentialsMissingError(profile, failure);
  return new AwsUnreachableError(what, failure);
};

/** Codes for an identity that is known and may not. */
export const isDenied = (error: unknown): error is Error =>
  error instanceof Error && /^AccessDenied(Exception)?$|^UnauthorizedOperation$/.test(error.name);
