import { arch, platform } from 'node:os';
import type { ApiCall } from '../../client/call.ts';
import { ClientError } from '../../client/errors.ts';
import { type Context, connected, unlessInterrupted } from '../context.ts';
import { ENDPOINT_VARIABLE } from '../target.ts';
import type { Caller } from '../tell/next.ts';
import { VERSION } from '../version.ts';
import { type Check, good, ofFailure } from './check.ts';
import { checkToken } from './token.ts';

/** What each fault of finding a stack is about; the rest is about the stack. */
const ABOUT: Record<string, string> = {
  'region-missing': 'Region',
  'credentials-missing': 'credentials',
  'credentials-expired': 'credentials',
  'credentials-refused': 'credentials',
  'aws-unreachable': 'AWS',
  'token-missing': 'token',
  'token-not-taken': 'token',
  'token-in-clear': 'token',
};
const IDENTITY_TIMEOUT_MS = 5000;

export interface Service {
  apiUrl: string;
  /** Ends with the command. */
  call: ApiCall;
}

/** Where the service is, and who asks; undefined where it cannot be found. @throws InterruptedError */
export const findService = async (context: Context, tell: (check: Check) => void): Promise<Service | undefined> => {
  const { target, caller, io } = context;
  tell(good('this command', `${VERSION} on Node ${process.version}, ${platform()} ${arch()}`));
  if (target.kind === 'endpoint') {
    const from = target.isDefault
      ? 'nothing names a service, so it is where npm start serves one'
      : endpointFrom(io.env);
    tell(
      good('service', `${target.apiUrl} (${from}); asked ${target.tokens ? 'with a token' : 'without a signature'}`),
    );
  } else {
    tell(await unlessInterrupted(identityOf(target, caller), io.signal));
  }
  try {
    const { call, where, apiUrl, tokens } = await connected(context);
    if (target.kind === 'stack') {
      const how = tokens ? '; it takes tokens, and your AWS credentials only find it' : '';
      tell(good('service', `${where}: ${apiUrl}${how}`));
    }
    if (tokens) for (const check of await checkToken(tokens, caller)) tell(check);
    return { apiUrl, call: until(io, call) };
  } catch (error) {
    io.signal.throwIfAborted();
    const about = (error instanceof ClientError && ABOUT[error.code]) || 'stack';
    tell(ofFailure(about, error, caller));
    return undefined;
  }
};

const until =
  ({ signal }: Context['io'], call: ApiCall): ApiCall =>
  (request) =>
    call({ ...request, signal });

const endpointFrom = (env: Readonly<Record<string, string | undefined>>): string =>
  env[ENDPOINT_VARIABLE] ? `by ${ENDPOINT_VARIABLE} or --endpoint` : 'by --endpoint';

const identityOf = async (target: { region?: string; profile?: string }, caller: Caller): Promise<Check> => {
  const [{ askIdentity }, { credentialsOf }, { asClientError }] = await Promise.all([
    import('../../client/aws/identity.ts'),
    import('../../client/aws/credentials.ts'),
    import('../../client/aws/failure.ts'),
  ]);
  const { region, profile } = target;
  try {
    const settings = { ...(region !== undefined && { region }), ...(profile !== undefined && { profile }) };
    const { accountId, arn } = await askIdentity(
      { ...settings, credentials: credentialsOf(profile).provide },
      IDENTITY_TIMEOUT_MS,
    );
    return good('identity', `${arn}, account ${accountId}`);
  } catch (error) {
    const known = asClientError(error, 'STS', profile);
    const check = ofFailure('identity', known, caller);
    // Who may not ask STS may all the same act.
    return known.code === 'aws-unreachable' ? { ...check, result: 'unknown' } : check;
  }
};
