import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Sign } from '../call.ts';
import type { Credentials } from './credentials.ts';
import { asClientError } from './failure.ts';

/** A name that stands several times has all its values. */
const bagOf = (query: readonly (readonly [string, string])[]): Record<string, string[]> => {
  const bag: Record<string, string[]> = {};
  for (const [name, value] of query) bag[name] = [...(bag[name] ?? []), value];
  return bag;
};

/**
 * Signs for API Gateway by Signature Version 4.
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html)
 *
 * @throws CredentialsMissingError, CredentialsExpiredError
 */
export const makeSign = (credentials: Credentials, region: string, profile?: string): Sign => {
  const signer = new SignatureV4({ service: 'execute-api', region, sha256: Sha256, credentials: credentials.provide });
  return async ({ method, url, query, headers, body }) => {
    try {
      const signed = await signer.sign({
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        query: bagOf(query),
        headers: { ...headers, host: url.host },
        ...(body !== undefined && { body }),
      });
      // fetch makes it of the URL, and takes none.
      const { host, ...rest } = signed.headers;
      return rest;
    } catch (error) {
      throw asClientError(error, 'The source of the credentials', profile);
    }
  };
};
