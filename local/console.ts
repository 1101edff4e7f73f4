import { makeApiCall } from '../client/call.ts';
import { buildConsole } from '../console/build.ts';
import { CONSOLE, createConsole } from '../console/server/console.ts';
import type { EmbeddedAws } from './boot.ts';
import { ACCOUNT, REGION } from './identity.ts';

/**
 * Serves the operator's console on the API's port.
 * @throws esbuild's BuildFailure
 */
export const serveConsole = async ({ apiUrl, mount }: EmbeddedAws): Promise<void> => {
  const assets = await buildConsole();
  const target = { kind: 'embedded' as const, region: REGION, accountId: ACCOUNT, apiUrl };
  mount(
    CONSOLE,
    createConsole({
      assets,
      upstream: { apiUrl, call: makeApiCall({ apiUrl }) },
      target: async () => target,
      report: console.error,
    }),
  );
};
