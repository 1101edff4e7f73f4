import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Served {
  /** `http://127.0.0.1:<port>` */
  url: string;
  port: number;
  /** Ends the open connections, and waits until the port is free. */
  close(): Promise<void>;
}

/** No port of those that were tried is free. */
export class NoFreePortError extends Error {
  override readonly name = 'NoFreePortError';
  readonly code = 'no-free-port';

  constructor(first: number, last: number) {
    super(`The ports from ${first} to ${last} are all taken: choose another one by --port (0 takes any free one)`);
  }
}

const PORTS_TRIED = 20;
/** A name that means this machine may mean either: nobody else is to answer to the other one. */
const IPV4 = '127.0.0.1';
const IPV6 = '::1';
/** This machine has no IPv6. */
const ABSENT = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];
/** Somebody listens there, or only root may. */
const TAKEN = ['EADDRINUSE', 'EACCES'];

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code);
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const listenAt = async (listener: RequestListener, address: string, port: number): Promise<Server> => {
  const server = createServer({ keepAliveTimeout: 65_000, noDelay: true }, listener);
  server.listen(port, address);
  await once(server, 'listening');
  return server;
};

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** All of this machine's own addresses, or none of them. */
const listenOn = async (listener: RequestListener, port: number): Promise<[Server, ...Server[]]> => {
  const first = await listenAt(listener, IPV4, port);
  try {
    return [first, await listenAt(listener, IPV6, portOf(first))];
  } catch (error) {
    if (ABSENT.includes(codeOf(error))) return [first];
    await close(first);
    throw error;
  }
};

/**
 * Serves on the loopback interface alone, on the first free port from `port` on.
 * @param port 0 takes any free one
 * @throws NoFreePortError
 */
export const serveOnLoopback = async (listener: RequestListener, port: number): Promise<Served> => {
  const last = Math.min(port + PORTS_TRIED - 1, 65_535);
  for (let next = port; next <= last; next++) {
    try {
      const servers = await listenOn(listener, port === 0 ? 0 : next);
      const taken = portOf(servers[0]);
      return {
        url: `http://${IPV4}:${taken}`,
        port: taken,
        close: () => Promise.all(servers.map(close)).then(() => undefined),
      };
    } catch (error) {
      if (!TAKEN.includes(codeOf(error))) throw error;
    }
  }
  throw new NoFreePortError(port, last);
};
