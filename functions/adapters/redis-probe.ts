import type { Endpoint } from '../migration/record.ts';
import { shown } from '../migration/shown.ts';
import { numberOf, parseInfo } from '../replication/info.ts';
import type { Probe } from '../replication/ports.ts';
import { parseReplicaBuffers, type ReplicaBuffer } from '../replication/replica-buffers.ts';
import { parseReplicaLimit, type ReplicaSettings, toCount } from '../replication/replica-limit.ts';
import { toServerReading } from '../replication/server-reading.ts';
import type { Reading } from '../replication/shard-link.ts';
import type { Dialler } from './dial.ts';
import { type Client, connectClient } from './redis-client.ts';
import { ErrorReply } from './redis-connection.ts';
import { theDialler } from './the-dialler.ts';

/** A server that does not answer in this time counts as unreadable: a watch must not hang on it. */
const ANSWER_WITHIN_MS = 2000;

/** What a server that refuses a command now may answer later. */
const BUSY = /^(BUSY|LOADING|TRYAGAIN|MASTERDOWN)\b/;

const REPLICA_LIST = ['CLIENT', 'LIST', 'TYPE', 'replica'];
const FULL_LIST = ['CLIENT', 'LIST'];

/**
 * Before Redis 5 there is no CLIENT LIST TYPE, and the list has every client: with more of them than this it is not asked
 * for, since it would hold the source up. 1000 lines take 1 to 3 ms (measured on 2.8 and 3.2); a list
 * by type takes less than 0.1 ms with as many clients (7.0).
 */
const MOST_CLIENTS = 1000;

/** Reads Redis servers, over one connection each. @throws EnvironmentError */
export const redisProbe = (now: () => number = Date.now, dialler: Dialler = theDialler()): Probe => {
  const clients = new Map<string, Promise<Client>>();
  const refused = new Set<string>();

  const send = async (endpoint: Endpoint, command: string[]): Promise<unknown> => {
    const client =
      clients.get(nameOf(endpoint)) ?? connectClient(dialler, endpoint, { connectWithinMs: ANSWER_WITHIN_MS });
    clients.set(nameOf(endpoint), client);
    return (await client).sendCommand(command);
  };
  const info = async (endpoint: Endpoint): Promise<string> => String(await send(endpoint, ['INFO']));

  const asking = (endpoint: Endpoint, command: string[]): string => [nameOf(endpoint), ...command].join(' ');
  const isRefused = (endpoint: Endpoint, command: string[]): boolean => refused.has(asking(endpoint, command));

  /** The answer; undefined when there is none. What was refused once is not asked again. */
  const ask = async (endpoint: Endpoint, command: string[]): Promise<unknown> => {
    if (isRefused(endpoint, command)) return undefined;
    try {
      return await within(ANSWER_WITHIN_MS, send(endpoint, command));
    } catch (error) {
      if (!(error instanceof ErrorReply)) forget(nameOf(endpoint));
      else if (!BUSY.test(error.message)) refused.add(asking(endpoint, command));
      return undefined;
    }
  };

  const forget = (name: string) => {
    // A connection that never came about has nothing to close, and its error has been told as a reading.
    clients.get(name)?.then(
      (client) => client.isOpen && client.destroy(),
      () => undefined,
    );
    clients.delete(name);
  };

  const replicaList = async (endpoint: Endpoint): Promise<unknown> => {
    const listed = await ask(endpoint, REPLICA_LIST);
    if (!isRefused(endpoint, REPLICA_LIST) || isRefused(endpoint, FULL_LIST)) return listed;
    const clientsInfo = await ask(endpoint, ['INFO', 'clients']);
    const connected = typeof clientsInfo === 'string' && numberOf(parseInfo(clientsInfo), 'connected_clients');
    return typeof connected === 'number' && connected <= MOST_CLIENTS ? ask(endpoint, FULL_LIST) : undefined;
  };

  const setting = async (endpoint: Endpoint, name: string): Promise<string> => {
    const answer = await ask(endpoint, ['CONFIG', 'GET', name]);
    return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : '';
  };

  return {
    async read(endpoint): Promise<Reading> {
      try {
        return toServerReading(parseInfo(await within(ANSWER_WITHIN_MS, info(endpoint))), now());
      } catch (error) {
        forget(nameOf(endpoint));
        return { unreadable: shown(`${nameOf(endpoint)}: ${(error as Error).message}`, 300) };
      }
    },

    async replicaBuffers(endpoint): Promise<ReplicaBuffer[] | undefined> {
      const listed = await replicaList(endpoint);
      return typeof listed === 'string' ? parseReplicaBuffers(listed) : undefined;
    },

    async replicaSettings(endpoint): Promise<ReplicaSettings> {
      const limit = parseReplicaLimit(await setting(endpoint, 'client-output-buffer-limit'));
      const backlogBytes = toCount(await setting(endpoint, 'repl-backlog-size'));
      return { ...(limit && { limit }), ...(backlogBytes !== undefined && { backlogBytes }) };
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
