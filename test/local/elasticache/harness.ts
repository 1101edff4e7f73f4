import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ElastiCacheClient, type Event } from '@aws-sdk/client-elasticache';
import { elastiCacheWire } from '../../../local/elasticache/protocol.ts';
import { ElastiCache, type ElastiCacheOptions } from '../../../local/elasticache/service.ts';
import { noDelays } from '../../../local/elasticache/settings.ts';
import { type Control, type ControlAddress, connectControl } from '../../../local/redis/control.ts';
import { type RedisProcess, type StartRedisOptions, startRedis } from '../../../local/redis/server.ts';

/** The documented customer node endpoint. */
export const DOCUMENTED = { Address: 'test.g2xbih.ng.0001.usw2.cache.amazonaws.com', Port: 6379 };

export interface Scene {
  service: ElastiCache;
  /** Where the service answers the query protocol. */
  url: string;
  client: ElastiCacheClient;
  startSource(options?: StartRedisOptions): Promise<RedisProcess>;
  end(): Promise<void>;
}

/** The service behind a real HTTP server, with the stock client, and with no delays unless asked for. */
export const setScene = async (options: ElastiCacheOptions = {}): Promise<Scene> => {
  const service = new ElastiCache({ ...options, settings: { ...noDelays, ...options.settings } });
  const wire = elastiCacheWire(service);
  const server = createServer(async (request, response) => {
    const answer = await wire(
      {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers as Record<string, string>,
        body: await bodyOf(request),
      },
      { loseAnswer: () => request.socket.destroy() },
    );
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = clientOf(url);
  const sources: RedisProcess[] = [];
  return {
    service,
    url,
    client,
    async startSource(sourceOptions) {
      const source = await startRedis(sourceOptions);
      sources.push(source);
      return source;
    },
    async end() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await service.close();
      await Promise.all(sources.map((source) => source.stop()));
    },
  };
};

export const clientOf = (endpoint: string, maxAttempts = 1): ElastiCacheClient =>
  new ElastiCacheClient({
    endpoint,
    region: 'us-west-2',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts,
  });

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => Buffer.concat(await request.toArray());

/** One command as an ordinary client, over a connection of its own. */
export const ask = async <T = unknown>(at: ControlAddress, ...command: string[]): Promise<T> => {
  let control: Control | undefined;
  try {
    control = await connectControl({ host: at.host, port: at.port });
    return await control.command<T>(...command);
  } finally {
    control?.close();
  }
};

/** Waits for a condition over the world outside; only the test's own timeout bounds it. */
export const eventually = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
};

export const untilStatus = (service: ElastiCache, id: string, status: string): Promise<void> =>
  eventually(() => service.group(id).status === status);

/** The texts of a group's events, the oldest first. */
export const messages = async (service: ElastiCache, id: string): Promise<string[]> =>
  (await service.describeEvents({ SourceIdentifier: id, SourceType: 'replication-group' })).Events.map(
    (event: Event) => event.Message as string,
  ).reverse();

export const at = (source: { host: string; port: number }) => ({
  CustomerNodeEndpointList: [{ Address: source.host, Port: source.port }],
});

/** The code on the wire and the status, as the SDK tells them. */
export const refusal = async (sent: Promise<unknown>): Promise<string> => {
  const error = (await sent.then(
    () => ({ Code: 'no refusal' }),
    (failure: unknown) => failure,
  )) as { Code?: string; $metadata?: { httpStatusCode: number } };
  return `${error.Code} ${error.$metadata?.httpStatusCode}`;
};
