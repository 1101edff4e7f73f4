import { type Api, makeApi } from '../client/api.ts';
import { type ApiCall, makeApiCall } from '../client/call.ts';
import { ApiUnreachableError } from '../client/errors.ts';
import type { TokenSource } from '../client/token/source.ts';
import { orWantsToken } from '../client/token/wanting.ts';
import { CommandError } from './errors.ts';
import { EXIT } from './exit-codes.ts';
import type { Target } from './target.ts';

export interface Connection {
  api: Api;
  call: ApiCall;
  apiUrl: string;
  /** For a sentence: `the stack cache in eu-west-1`. */
  where: string;
  /** What is sent with each request, where it takes tokens. */
  tokens?: TokenSource;
}

/** An answer takes less, or the API is as good as away. */
const TIMEOUT_MS = 35_000;

/** Nobody has said where the service is, and where it is by default nobody answers. */
const nobodyThere = (cause: ApiUnreachableError): CommandError =>
  new CommandError(
    EXIT.unknown,
    cause.code,
    [
      `${cause.message}. Nothing says where the service is, and this is where npm start serves it, in a checkout.`,
      'Name yours by --stack NAME --region REGION, or by --endpoint URL.',
    ],
    ['npm start'],
    { cause },
  );

const orTell =
  (call: ApiCall): ApiCall =>
  (request) =>
    call(request).catch((error: unknown) => {
      throw error instanceof ApiUnreachableError ? nobodyThere(error) : error;
    });

/**
 * Finds the API. Whether it answers shows with the first call.
 * @throws what connectStack throws; TokenInClearError
 */
export const connect = async (target: Target): Promise<Connection> => {
  if (target.kind === 'endpoint') {
    const { apiUrl, tokens } = target;
    const plain = tokens
      ? (await import('../client/token/call.ts')).makeBearerCall({ apiUrl, tokens, timeoutMs: TIMEOUT_MS })
      : orWantsToken(`The API at ${apiUrl}`, makeApiCall({ apiUrl, timeoutMs: TIMEOUT_MS }));
    const call = target.isDefault ? orTell(plain) : plain;
    return { api: makeApi(apiUrl, call), call, apiUrl, where: `the API at ${apiUrl}`, ...(tokens && { tokens }) };
  }
  // An SDK takes longer to load than most answers to come.
  const { connectStack } = await import('../client/aws/connect.ts');
  const { kind, ...asked } = target;
  const { apiUrl, call, region, stack, tokens } = await connectStack({ ...asked, timeoutMs: TIMEOUT_MS });
  return {
    api: makeApi(apiUrl, call),
    call,
    apiUrl,
    where: `the stack ${stack} in ${region}`,
    ...(tokens && { tokens }),
  };
};
