import openInBrowser from 'open';
import { connectStack } from '../client/aws/connect.ts';
import { type TokenSource, tokenSourceOf } from '../client/token/source.ts';
import type { ConsoleRequest } from './arguments.ts';
import { buildConsole } from './build.ts';
import { CONSOLE, createConsole } from './server/console.ts';
import { AccessKeys } from './server/key.ts';
import { serveOnLoopback } from './server/serve.ts';
import type { ConsoleTarget } from './session.ts';

export interface StackConsole {
  /** What the operator has to know, with the URL to open. */
  greeting: string;
  /** Opens the page in the operator's browser. */
  open(): Promise<void>;
  close(): Promise<void>;
}

type Caller = Pick<ConsoleTarget, 'accountId' | 'arn' | 'subject' | 'issuer'>;

/** Whom the token names now. What is wrong with it is told where it is needed. */
const ofToken = (tokens: TokenSource): Promise<Caller> =>
  tokens.read().then(
    ({ subject, issuer }) => ({ ...(subject !== undefined && { subject }), ...(issuer !== undefined && { issuer }) }),
    () => ({}),
  );

/** A token's claims are foreign, and this is for a terminal. */
const shown = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?').slice(0, 200);

const whoText = (who: Caller | undefined, tokens: TokenSource | undefined): string =>
  tokens
    ? `${shown(who?.subject ?? 'nobody by name')}, of ${shown(who?.issuer ?? 'no issuer')}, by the token in ${tokens.where}`
    : (who?.arn ?? 'an identity that may not ask STS who it is');

/**
 * Serves the console of a deployed stack.
 * @throws as connectStack does, NoFreePortError, esbuild's BuildFailure
 */
export const serveStackConsole = async (
  { port, ...asked }: ConsoleRequest,
  env: Readonly<Record<string, string | undefined>>,
): Promise<StackConsole> => {
  const given = tokenSourceOf(asked.tokenFile, env);
  const [assets, connection] = await Promise.all([
    buildConsole(),
    connectStack({
      stack: asked.stack,
      ...(asked.region !== undefined && { region: asked.region }),
      ...(asked.profile !== undefined && { profile: asked.profile }),
      ...(given && { tokens: given }),
    }),
  ]);
  const { stack, region, apiUrl, call, tokens } = connection;
  const caller = () => (tokens ? ofToken(tokens) : connection.identity());
  const keys = new AccessKeys();
  const listener = createConsole({
    assets,
    upstream: { apiUrl, call },
    target: async () => ({ kind: 'stack', stack, region, apiUrl, ...(await caller()) }),
    caller: async () => (tokens ? JSON.stringify(await ofToken(tokens)) : connection.keyId()),
    keys,
    report: console.error,
  });
  const [served, who] = await Promise.all([serveOnLoopback(listener, port), caller()]);
  const urlWith = (key: string) => `${served.url}${CONSOLE}/#key=${key}`;
  const moved = port !== 0 && served.port !== port ? `Port ${port} is taken; this is the next free one.\n\n` : '';
  return {
    greeting: `${moved}  stack    ${stack} in ${region}
  API      ${apiUrl}
  as       ${whoText(who, tokens)}
  console  ${urlWith(keys.lasting)}

The key in the URL keeps the other users of this machine out. Ctrl-C ends the console; migrations go on without it.`,
    open: async () => {
      await openInBrowser(urlWith(keys.once()));
    },
    close: () => served.close(),
  };
};
