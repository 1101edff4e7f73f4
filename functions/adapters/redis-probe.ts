import { RedisClient } from '@redis/client';
import type { Endpoint } from '../migration/record.ts';
import { parseInfo } from '../replication/info.ts';
import type { Probe } from '../replication/ports.ts';
import { toServerReading } from '../replication/server-reading.ts';
import type { Reading } from '../replication/shard-link.ts';

/** A server that does not answer in this time counts as unreadable: a watch must not hang on it. */
const ANSWER_WITHIN_MS = 2000;

/**
 * `createClient` would build a class of all commands anew for each other address: 40 ms of processor time and megabytes of
 * heap (measured with @redis/client 6.3.1). The factory builds it once.
 */
const newClient = RedisClient.factory({ RESP: 2 });

/** No offline queue and no reconnect: a command is answered now, or it has failed. */
const connect = async ({ address, port }: Endpoint) => {
  const client = newClient({
    // The client itself reads the version from here, which the factory's types leave out.
    ...({ RESP: 2 } as object),
    socket: { host: address, port, connectTimeout: ANSWER_WITHIN_MS, reconnectStrategy: false },
    disableOfflineQueue: true,
    disableClientInfo: true,
  });
  // Without a listener an error of an idle connection would end the process; the next read finds it broken.
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

type Client = Awaited<ReturnType<typeof connect>>;

/** Reads INFO of Redis servers, over one connection each. */
export const redisProbe = (now: () => number = Date.now): Probe => {
  const clients = new Map<string, Promise<Client>>();

  const info = async (endpoint: Endpoint): Promise<string> => {
    const client = clients.get(nameOf(endpoint)) ?? connect(endpoint);
    clients.set(nameOf(endpoint), client);
    return String(await (await client).sendCommand(['INFO']));
  };

  const forget = (name: string) => {
    // A connection that never came about has nothing to close, and its error has been told as a reading.
    clients.get(name)?.then(
      (client) => client.isOpen && client.destroy(),
      () => undefined,
    );
    clients.delete(name);
  };

  return {
    async read(endpoint): Promise<Reading> {
      try {
        return toServerReading(parseInfo(await within(ANSWER_WITHIN_MS, info(endpoint))), now());
      } catch (error) {
        forget(nameOf(endpoint));
        return { unreadable: `${nameOf(endpoint)}: ${(error as Error).message}`.slice(0, 300) };
      }
    },
    close() {
      for (const name of clients.keys()) forget(name);
    },
  };
};

const nameOf = ({ address, port }: Endpoint): string => `${address}:${port}`;

const within = <T>(limitMs: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
};
