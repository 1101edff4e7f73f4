import { type RedisProcess, startRedis } from '../../../local/redis/server.ts';
import { Connection } from './resp.ts';
import { breath, type ShardPorts } from './writers.ts';

/** One shard that is being migrated: real servers, the target's primary following the source, its replica following that. */
export interface Link {
  nodeGroupId: string;
  source: RedisProcess;
  /** The source's own. */
  sourceReplicas: RedisProcess[];
  target: RedisProcess;
  targetReplicas: RedisProcess[];
}

export interface LinkOptions {
  sourceReplicas?: number;
  targetReplicas?: number;
  config?: Readonly<Record<string, string>>;
}

const following = (port: number) => ({ config: { replicaof: `127.0.0.1 ${port}` } });

const startLink = async (
  index: number,
  { sourceReplicas = 0, targetReplicas = 1, config = {} }: LinkOptions,
): Promise<Link> => {
  const source = await startRedis({ config });
  const many = (count: number, port: number) =>
    Promise.all(Array.from({ length: count }, () => startRedis(following(port))));
  const target = await startRedis(following(source.port));
  return {
    nodeGroupId: String(index + 1).padStart(4, '0'),
    source,
    sourceReplicas: await many(sourceReplicas, source.port),
    target,
    targetReplicas: await many(targetReplicas, target.port),
  };
};

/** Independent links, with everything applied everywhere. */
export const startLinks = async (count: number, options: LinkOptions = {}): Promise<Link[]> => {
  const links = await Promise.all(Array.from({ length: count }, (_, index) => startLink(index, options)));
  await Promise.all(links.map(isStreaming));
  return links;
};

export const stopLinks = async (links: readonly Link[]): Promise<void> => {
  await Promise.all(
    links.flatMap(({ source, sourceReplicas, target, targetReplicas }) =>
      [source, ...sourceReplicas, target, ...targetReplicas].map((server) => server.stop()),
    ),
  );
};

export const portsOf = (links: readonly Link[]): ShardPorts[] =>
  links.map(({ source, target }) => ({ source: source.port, target: target.port }));

/** A link that is up is silent for up to a second more after its full sync: a write has to come through to every server. */
const isStreaming = async ({ source, sourceReplicas, target, targetReplicas }: Link): Promise<void> => {
  const writer = await Connection.open(source.port);
  await writer.ask('SET', 'streaming', 'yes');
  writer.close();
  await Promise.all([...sourceReplicas, target, ...targetReplicas].map(({ port }) => holds(port, 'streaming')));
};

const holds = async (port: number, key: string): Promise<void> => {
  const connection = await Connection.open(port);
  try {
    while (await isMissing(connection, key)) await breath(10);
  } finally {
    connection.close();
  }
};

/** A replica that loads refuses to answer. */
const isMissing = async (connection: Connection, key: string): Promise<boolean> =>
  (await connection.call('GET', key)) !== 'yes';
