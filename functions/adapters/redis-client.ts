import { RedisClient, type RedisClientOptions } from '@redis/client';
import type { Endpoint } from '../migration/record.ts';
import type { Dialler } from './dial.ts';

/**
 * `createClient` would build a class of all commands anew for each other address: 40 ms of processor time and megabytes of
 * heap (measured with @redis/client 6.3.1). The factory builds it once.
 */
const newClient = RedisClient.factory({ RESP: 2 });

export interface ClientOptions {
  connectWithinMs: number;
  tls?: boolean;
  username?: string;
  password?: string;
  database?: number;
  commandOptions?: NonNullable<RedisClientOptions['commandOptions']>;
}

/**
 * No offline queue and no reconnect: a command is answered now, or it has failed.
 *
 * @throws NetworkNotAllowedError, and what DNS and @redis/client throw
 */
export const connectClient = async (
  dialler: Dialler,
  endpoint: Endpoint,
  { connectWithinMs, tls, ...options }: ClientOptions,
) => {
  const client = newClient({
    // The client itself reads the version from here, which the factory's types leave out.
    ...({ RESP: 2 } as object),
    socket: {
      ...(await dialler.way(endpoint)),
      connectTimeout: connectWithinMs,
      reconnectStrategy: false,
      ...(tls && { tls: true as const, servername: endpoint.address }),
    },
    disableOfflineQueue: true,
    disableClientInfo: true,
    ...options,
  });
  // Without a listener an error of an idle connection would end the process; the next command finds it broken.
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

export type Client = Awaited<ReturnType<typeof connectClient>>;
