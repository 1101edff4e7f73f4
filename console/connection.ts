import { type ApiCall, makeApiCall } from '../client/call.ts';
import type { Target } from '../client/target.ts';
import { makeBearerCall } from '../client/token/call.ts';
import type { TokenSource } from '../client/token/source.ts';
import { orWantsToken } from '../client/token/wanting.ts';
import type { ConsoleTarget } from './session.ts';

/** Who asks, as far as that is known. */
export type Caller = Pick<ConsoleTarget, 'accountId' | 'arn' | 'subject' | 'issuer'>;

export interface Connection {
  /** Without the caller. */
  target: ConsoleTarget;
  call: ApiCall;
  caller(): Promise<Caller>;
  /** Another text once `caller` has another answer, at the price of no request. */
  callerId(): Promise<string>;
  /** What is sent with each request, where it takes tokens. */
  tokens?: TokenSource;
}

/** Whom the token names now. What is wrong with it is told where it is needed. */
const ofToken = (tokens: TokenSource): Promise<Caller> =>
  tokens.read().then(
    ({ subject, issuer }) => ({ ...(subject !== undefined && { subject }), ...(issuer !== undefined && { issuer }) }),
    () => ({}),
  );

const byToken = (tokens: TokenSource): Pick<Connection, 'caller' | 'callerId' | 'tokens'> => ({
  tokens,
  caller: () => ofToken(tokens),
  callerId: async () => JSON.stringify(await ofToken(tokens)),
});

/**
 * Finds the API as the command line does. Whether it answers shows with the first call.
 * @throws what connectStack throws; TokenInClearError
 */
export const connect = async (target: Target): Promise<Connection> => {
  if (target.kind === 'endpoint') {
    const { apiUrl, tokens } = target;
    const told = { kind: 'endpoint', apiUrl } as const;
    if (tokens) return { target: told, call: makeBearerCall({ apiUrl, tokens }), ...byToken(tokens) };
    const call = orWantsToken(`The API at ${apiUrl}`, makeApiCall({ apiUrl }));
    return { target: told, call, caller: async () => ({}), callerId: async () => '' };
  }
  const { kind, ...asked } = target;
  // An SDK takes longer to load than all the rest.
  const { connectStack } = await import('../client/aws/connect.ts');
  const { stack, region, apiUrl, call, tokens, identity, keyId } = await connectStack(asked);
  return {
    target: { kind, stack, region, apiUrl },
    call,
    ...(tokens ? byToken(tokens) : { caller: async () => (await identity()) ?? {}, callerId: keyId }),
  };
};
