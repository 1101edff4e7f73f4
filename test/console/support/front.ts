import { createServer, type Server } from 'node:http';
import { makeApiCall } from '../../../client/call.ts';
import { buildConsole } from '../../../console/build.ts';
import { createConsole } from '../../../console/server/console.ts';

/** The console on a port of its own, which can go away and come back. */
export interface Front {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** Ends the listening, and every connection. */
  stop(): Promise<void>;
  /** Another console on the same port: with another token, as after a restart. Default: for the same API. */
  start(apiUrl?: string): Promise<void>;
  /** Where the API is asked from now on: behind a wrong one nobody listens. */
  leadTo(apiUrl: string): void;
}

export const startFront = async (apiUrl: string): Promise<Front> => {
  const assets = await buildConsole();
  let leadsTo = apiUrl;
  let server: Server | undefined;
  let port = 0;

  const start = async (named = apiUrl) => {
    const target = async () => ({ kind: 'embedded' as const, region: 'us-west-2', apiUrl: named });
    const opened = createServer(
      createConsole({
        assets,
        upstream: { apiUrl: named, call: (request) => makeApiCall({ apiUrl: leadsTo })(request) },
        target,
        report: console.error,
      }),
    );
    await new Promise<void>((resolve, reject) => {
      opened.once('error', reject);
      opened.listen(port, '127.0.0.1', resolve);
    });
    server = opened;
    port = (opened.address() as { port: number }).port;
  };
  const stop = async () => {
    const closing = server;
    if (!closing) return;
    server = undefined;
    await new Promise<void>((resolve) => {
      closing.close(() => resolve());
      closing.closeAllConnections();
    });
  };

  await start();
  return {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    start,
    stop,
    leadTo: (url) => {
      leadsTo = url;
    },
  };
};
