import openInBrowser from 'open';
import { connectStack } from '../client/aws/connect.ts';
import type { ConsoleRequest } from './arguments.ts';
import { buildConsole } from './build.ts';
import { CONSOLE, createConsole } from './server/console.ts';
import { AccessKeys } from './server/key.ts';
import { serveOnLoopback } from './server/serve.ts';

export interface StackConsole {
  /** What the operator has to know, with the URL to open. */
  greeting: string;
  /** Opens the page in the operator's browser. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Serves the console of a deployed stack.
 * @throws as connectStack does, NoFreePortError, esbuild's BuildFailure
 */
export const serveStackConsole = async ({ port, ...asked }: ConsoleRequest): Promise<StackConsole> => {
  const [assets, connection] = await Promise.all([
    buildConsole(),
    connectStack({
      stack: asked.stack,
      ...(asked.region !== undefined && { region: asked.region }),
      ...(asked.profile !== undefined && { profile: asked.profile }),
    }),
  ]);
  const { stack, region, apiUrl, call, identity } = connection;
  const keys = new AccessKeys();
  const listener = createConsole({
    assets,
    upstream: { apiUrl, call },
    target: async () => ({ kind: 'stack', stack, region, apiUrl, ...(await identity()) }),
    keys,
    report: console.error,
  });
  const [served, caller] = await Promise.all([serveOnLoopback(listener, port), identity()]);
  const urlWith = (key: string) => `${served.url}${CONSOLE}/?key=${key}`;
  const moved = port !== 0 && served.port !== port ? `Port ${port} is taken; this is the next free one.\n\n` : '';
  return {
    greeting: `${moved}  stack    ${stack} in ${region}
  API      ${apiUrl}
  as       ${caller?.arn ?? 'an identity that may not ask STS who it is'}
  console  ${urlWith(keys.lasting)}

The key in the URL keeps the other users of this machine out. Ctrl-C ends the console; migrations go on without it.`,
    open: async () => {
      await openInBrowser(urlWith(keys.once()));
    },
    close: () => served.close(),
  };
};
