import type { EmbeddedAws, EmbeddedAwsOptions } from '../../local/boot.ts';
import { startEmbeddedAws } from '../../local/boot.ts';
import { connectSource, type SourceClient, seed } from '../../local/demo/seed.ts';
import { type GroupSettings, noDelays } from '../../local/elasticache/settings.ts';
import type { BusEvent } from '../../local/eventbridge/event.ts';
import { type RedisProcess, startRedis } from '../../local/redis/server.ts';
import { record } from '../contract/recorder.ts';

/** Times for tests: everything that waits on AWS waits for milliseconds here. */
const QUICK = {
  PollMilliseconds: '100',
  DescribeSeconds: '0',
  WatchSeconds: '5',
  VerifySeconds: '5',
  LookAtLinkSeconds: '1',
  LinkLostAfterSeconds: '1',
  EventGraceSeconds: '2',
  ActingTaskSeconds: '10',
  WriteSampleMilliseconds: '50',
  StartsPerMinute: '0',
};

/** Where the sources stand in the embedded VPC: each at its own port. */
export const ADDRESS = '10.0.0.5';
/** Where servers of that address listen. Here it only exists as an alias, and the dash lets them start without it. */
const BIND = `127.0.0.1 -${ADDRESS}`;

/** The customer node endpoint of the source with this port. */
export const at = (port: number) => [{ address: ADDRESS, port }];

export interface View {
  migrationId: string;
  status: string;
  statusReason: string;
  phase: string;
  allowedActions: string[];
  outcome?: string;
  failure?: { error: string; cause: string };
  [more: string]: unknown;
}

export interface Announcement {
  detailType: string;
  id: string;
  migrationId: string;
  data: Record<string, unknown>;
}

/** The whole service on the embedded AWS, with sources to migrate from. */
export interface Lab {
  aws: EmbeddedAws;
  /** Everything that the service announced, in order. */
  announced: Announcement[];
  /** Starts a source that holds some keys of all types. */
  source(keys?: number, config?: Record<string, string>, port?: number): Promise<RedisProcess>;
  client(port: number): Promise<SourceClient>;
  group(
    id: string,
    settings?: Partial<GroupSettings>,
    replicas?: number,
    config?: Record<string, string>,
  ): Promise<void>;
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Starts a migration and gives its id. */
  start(replicationGroupId: string, port: number, more?: object, headers?: Record<string, string>): Promise<string>;
  view(migrationId: string): Promise<View>;
  /** The next or an earlier announcement of that type of that migration. */
  announcement(migrationId: string, detailType: string, nth?: number): Promise<Announcement>;
  /** The view, once the cutover may be requested. */
  awaiting(migrationId: string): Promise<View>;
  typesOf(migrationId: string): string[];
  end(): Promise<void>;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export const TERMINAL = [
  'MigrationCompleted',
  'MigrationDryRunCompleted',
  'MigrationFailed',
  'MigrationAborted',
  'MigrationTimedOut',
];

export const startLab = async (options: EmbeddedAwsOptions = {}): Promise<Lab> => {
  const aws = await startEmbeddedAws({
    ...options,
    // A fifth of a function's start is the reading of its source maps.
    lambda: { ...options.lambda, env: { NODE_OPTIONS: '', ...options.lambda?.env } },
    parameters: { ...QUICK, ...options.parameters },
    hostAliases: { [`${ADDRESS}:*`]: '127.0.0.1:*', ...options.hostAliases },
    elastiCache: { ...options.elastiCache, settings: { ...noDelays, ...options.elastiCache?.settings } },
  });
  const sources: RedisProcess[] = [];
  const clients: SourceClient[] = [];
  const announced: Announcement[] = [];
  const waiting = new Set<() => void>();
  aws.onEvent((event: BusEvent) => {
    if (event.source !== 'elasticache-migrator') return;
    const { metadata, data } = event.detail as {
      metadata: { id: string; migrationId: string };
      data: Announcement['data'];
    };
    announced.push({ detailType: event['detail-type'], id: metadata.id, migrationId: metadata.migrationId, data });
    for (const look of waiting) look();
  });

  const client = async (port: number) => {
    const opened = await connectSource(port);
    clients.push(opened);
    return opened;
  };
  const request: Lab['request'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${aws.apiUrl}${path}`, {
      method,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    });
    const answer = (await response.json()) as Answer['body'];
    record(method, path, response.status, response.headers, answer);
    return { status: response.status, headers: response.headers, body: answer };
  };

  const view = async (migrationId: string) =>
    (await request('GET', `/migrations/${migrationId}`)).body as unknown as View;
  const announcement: Lab['announcement'] = (migrationId, detailType, nth = 1) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const mine = announced.filter((one) => one.migrationId === migrationId);
        const found = mine.filter((one) => one.detailType === detailType)[nth - 1];
        const ended = mine.find((one) => TERMINAL.includes(one.detailType));
        if (!found && !ended) return;
        waiting.delete(look);
        if (found) resolve(found);
        else reject(new Error(`${migrationId} ended without ${detailType}: ${JSON.stringify(ended)}`));
      };
      waiting.add(look);
      look();
    });

  return {
    aws,
    announced,
    client,
    request,
    async source(keys = 300, config = {}, port) {
      const redis = await startRedis({ config: { bind: BIND, ...config }, ...(port !== undefined && { port }) });
      sources.push(redis);
      await seed(await client(redis.port), keys, 100);
      return redis;
    },
    async group(id, settings = {}, replicas = 1, config = {}) {
      await aws.elastiCache.createGroup({ id, replicas, settings, config });
    },
    async start(replicationGroupId, port, more = {}, headers = {}) {
      const customerNodeEndpointList = at(port);
      const { cutover, ...others } = more as { cutover?: object };
      const answer = await request(
        'POST',
        '/migrations',
        // A minute of quiet, as it is by default, would be a minute for every test.
        { replicationGroupId, customerNodeEndpointList, ...others, cutover: { quietSeconds: 0, ...cutover } },
        headers,
      );
      if (answer.status !== 202) throw new Error(`POST answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      return answer.body.migrationId as string;
    },
    view,
    announcement,
    async awaiting(migrationId) {
      await announcement(migrationId, 'MigrationAwaitingCutover');
      return eventually(async () => {
        const seen = await view(migrationId);
        return seen.allowedActions.includes('cutover') && seen;
      }, 150);
    },
    typesOf: (migrationId) => announced.filter((one) => one.migrationId === migrationId).map((one) => one.detailType),
    async end() {
      for (const opened of clients) if (opened.isOpen) opened.destroy();
      await aws.end();
      await Promise.all(sources.map((redis) => redis.stop()));
    },
  };
};

/** Looks again until it holds; the test's own timeout is the limit. A look that costs something is not made so often. */
export const eventually = async <T>(look: () => Promise<T | undefined | false>, everyMs = 100): Promise<T> => {
  for (;;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
};

/** Everything that a server holds, in a form that compares: type, value and whether it expires. */
export const contents = async (client: SourceClient): Promise<Map<string, string>> => {
  const keys = (await client.sendCommand<string[]>(['KEYS', '*'])).sort();
  const read = async (key: string): Promise<[string, string]> => {
    const type = await client.sendCommand<string>(['TYPE', key]);
    const ttl = Number(await client.sendCommand(['PEXPIRETIME', key]));
    const value =
      type === 'set'
        ? (await client.sendCommand<string[]>(['SMEMBERS', key])).sort()
        : await readValue(client, type, key);
    return [key, JSON.stringify({ type, ttl, value })];
  };
  return new Map(await Promise.all(keys.map(read)));
};

const READS: Record<string, (key: string) => string[]> = {
  string: (key) => ['GET', key],
  hash: (key) => ['HGETALL', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  zset: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
  stream: (key) => ['XRANGE', key, '-', '+'],
};

const readValue = async (client: SourceClient, type: string, key: string): Promise<unknown> => {
  const value = await client.sendCommand<unknown>(READS[type]?.(key) ?? ['TYPE', key]);
  return type === 'hash' ? Object.entries(Object.fromEntries(pairs(value as string[]))).sort() : value;
};

const pairs = (flat: string[]): [string, string][] =>
  flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] as string]] : []));
