import { type EmbeddedAws, type EmbeddedAwsOptions, startEmbeddedAws } from './boot.ts';
import { type RedisProcess, startRedis } from './redis/server.ts';

/** The customer node endpoint of AWS's own example of start-migration: here it leads to the embedded source. */
export const DOCUMENTED_SOURCE = { address: 'test.g2xbih.ng.0001.usw2.cache.amazonaws.com', port: 6379 };

/** Where the embedded source stands in the embedded VPC. No service outside of this machine is behind it. */
export const SOURCE_ENDPOINT = { address: '10.0.0.5', port: 6379 };

/** Servers of a VPC listen there; here the address only exists as an alias, and the dash lets a server start without it. */
export const SOURCE_BIND = `127.0.0.1 -${SOURCE_ENDPOINT.address}`;

/** The replication group of that example: a primary and two replicas. */
export const DOCUMENTED_GROUP = { id: 'test', nodes: 3 };

/** The template's times, made for waiting minutes on AWS, cut to what a person watches. */
const QUICK = {
  PollMilliseconds: '100',
  DescribeSeconds: '0',
  WatchSeconds: '60',
  LookAtLinkSeconds: '30',
  LinkLostAfterSeconds: '3',
  EventGraceSeconds: '5',
  WriteSampleMilliseconds: '300',
};

/** The embedded AWS with something to migrate: a self-hosted source and a replication group. */
export interface World {
  aws: EmbeddedAws;
  /** Reached at {@link SOURCE_ENDPOINT} by functions and replication groups, and at its own port from this machine. */
  source: RedisProcess;
  end(): Promise<void>;
}

/**
 * Boots the embedded AWS, a source and the documented replication group.
 *
 * @param sourceConfig redis.conf settings of the source
 * @throws RedisServerNotFoundError, PortTakenError; nothing is left running
 */
export const startWorld = async (
  options: EmbeddedAwsOptions = {},
  sourceConfig: Record<string, string> = {},
): Promise<World> => {
  const source = await startRedis({ config: { bind: SOURCE_BIND, ...sourceConfig } });
  const at = `${SOURCE_ENDPOINT.address}:${SOURCE_ENDPOINT.port}`;
  const aliases = {
    [`${DOCUMENTED_SOURCE.address}:${DOCUMENTED_SOURCE.port}`]: at,
    [at]: `${source.host}:${source.port}`,
  };
  try {
    const aws = await startEmbeddedAws({
      ...options,
      parameters: { ...QUICK, ...options.parameters },
      hostAliases: { ...options.hostAliases, ...aliases },
    });
    const end = async () => {
      await aws.end();
      await source.stop();
    };
    try {
      await aws.elastiCache.createGroup({ id: DOCUMENTED_GROUP.id, replicas: DOCUMENTED_GROUP.nodes - 1 });
    } catch (error) {
      await end();
      throw error;
    }
    return { aws, source, end };
  } catch (error) {
    await source.stop();
    throw error;
  }
};
