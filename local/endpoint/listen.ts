import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Another program listens there. The message says which variable chooses the port. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError' as const;
  readonly port: number;
  readonly variable: string;

  constructor(port: number, variable: string, options?: ErrorOptions) {
    super(`Port ${port} is taken by another program: set ${variable} to a free one (0 takes any)`, options);
    this.port = port;
    this.variable = variable;
  }
}

export interface Listener {
  /** `http://127.0.0.1:<port>` */
  url: string;
  port: number;
  /** Takes no further connection, ends the open ones, and waits until the port is free. Idempotent. */
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';

/**
 * Serves HTTP on the loopback interface. Connections are kept alive for long: a client that reuses one that the server
 * is just closing would see a reset.
 * @param port 0 takes any free one
 * @param variable the environment variable that chooses the port, for the error
 * @throws PortTakenError
 */
export const listen = async (port: number, variable: string, handle: RequestListener): Promise<Listener> => {
  const server: Server = createServer({ keepAliveTimeout: 65_000, noDelay: true }, handle);
  server.listen(port, LOOPBACK);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      throw new PortTakenError(port, variable, { cause: error });
    throw error;
  }
  const taken = (server.address() as AddressInfo).port;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${LOOPBACK}:${taken}`,
    port: taken,
    close: () => {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closing;
    },
  };
};
