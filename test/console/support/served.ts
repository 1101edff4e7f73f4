import { makeApiCall } from '../../../client/call.ts';
import { toAsset } from '../../../console/server/assets.ts';
import { type ConsoleOptions, createConsole } from '../../../console/server/console.ts';
import { serveOnLoopback } from '../../../console/server/serve.ts';
import { type FakeApi, startFakeApi } from '../../client/support/api.ts';
import { send } from './requests.ts';

export interface ServedConsole {
  url: string;
  api: FakeApi;
  reported: unknown[];
  /** Of this console's process. */
  token(): Promise<string>;
  close(): Promise<void>;
}

/** Long enough for a compression to be worth it. */
export const SCRIPT = 'console.log("moin");\n'.repeat(100);

/** A console with a page of two files, before an API that notes what it is asked. */
export const serveAConsole = async (
  options: Partial<ConsoleOptions> & { timeoutMs?: number } = {},
): Promise<ServedConsole> => {
  const { timeoutMs = 5_000, ...given } = options;
  const api = await startFakeApi();
  // A base with a path: what leaves it is seen.
  const apiUrl = `${api.url}/base`;
  const reported: unknown[] = [];
  const listener = createConsole({
    assets: {
      page: toAsset('index.html', Buffer.from('<!doctype html><title>page</title>')),
      files: new Map([['main-ABC.js', toAsset('main-ABC.js', Buffer.from(SCRIPT))]]),
    },
    upstream: { apiUrl, call: makeApiCall({ apiUrl, timeoutMs }) },
    target: async () => ({ kind: 'embedded', apiUrl }),
    report: (error) => reported.push(error),
    ...given,
  });
  const served = await serveOnLoopback(listener, 0);
  return {
    url: served.url,
    api,
    reported,
    token: async () => JSON.parse((await send(served.url, { path: '/console/session' })).text).requestToken,
    close: async () => {
      await served.close();
      await api.close();
    },
  };
};
