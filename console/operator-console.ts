import openInBrowser from 'open';
import type { ConsoleRequest } from './arguments.ts';
import { buildConsole } from './build.ts';
import { type Caller, type Connection, connect } from './connection.ts';
import { CONSOLE, createConsole } from './server/console.ts';
import { AccessKeys } from './server/key.ts';
import { serveOnLoopback } from './server/serve.ts';

export interface OperatorConsole {
  /** What the operator has to know, with the URL to open. */
  greeting: string;
  /** Opens the page in the operator's browser. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** A token's claims are foreign, and this is for a terminal. */
const shown = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?').slice(0, 200);

const whoText = ({ subject, issuer, arn }: Caller, { target, tokens }: Connection): string => {
  if (tokens)
    return `${shown(subject ?? 'nobody by name')}, of ${shown(issuer ?? 'no issuer')}, by the token in ${tokens.where}`;
  return target.kind === 'endpoint'
    ? 'nobody: requests are not signed'
    : (arn ?? 'an identity that may not ask STS who it is');
};

/**
 * Serves the console on this machine, for a deployed stack or for an API that is named by its URL.
 * @throws as connect does, NoFreePortError, esbuild's BuildFailure
 */
export const serveOperatorConsole = async ({ target, port }: ConsoleRequest): Promise<OperatorConsole> => {
  const [assets, connection] = await Promise.all([buildConsole(), connect(target)]);
  const { call, caller, callerId } = connection;
  const { stack, region, apiUrl } = connection.target;
  const keys = new AccessKeys();
  const listener = createConsole({
    assets,
    upstream: { apiUrl, call },
    target: async () => ({ ...connection.target, ...(await caller()) }),
    caller: callerId,
    keys,
    report: console.error,
  });
  const [served, who] = await Promise.all([serveOnLoopback(listener, port), caller()]);
  const urlWith = (key: string) => `${served.url}${CONSOLE}/#key=${key}`;
  const moved = port !== 0 && served.port !== port ? `Port ${port} is taken; this is the next free one.\n\n` : '';
  return {
    greeting: `${moved}${stack === undefined ? '' : `  stack    ${stack} in ${region}\n`}  API      ${apiUrl}
  as       ${whoText(who, connection)}
  console  ${urlWith(keys.lasting)}

The key in the URL keeps the other users of this machine out. Ctrl-C ends the console; migrations go on without it.`,
    open: async () => {
      await openInBrowser(urlWith(keys.once()));
    },
    close: () => served.close(),
  };
};
