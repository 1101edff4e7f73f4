import { type EmbeddedAws, type EmbeddedAwsOptions, startEmbeddedAws } from './boot.ts';
import { type RedisProcess, startRedis } from './redis/server.ts';

/** The customer node endpoint of AWS's own example of start-migration: here it leads to the embedded source. */
export const DOCUMENTED_SOURCE = { address: 'test.g2xbih.ng.0001.usw2.cache.amazonaws.com', port: 6379 };

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
};

/** The embedded AWS with something to migrate: a self-hosted source and a replication group. */
export interface World {
  aws: EmbeddedAws;
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
  const source = await startRedis({ config: sourceConfig });
  const from = `${DOCUMENTED_SOURCE.address}:${DOCUMENTED_SOURCE.port}`;
  try {
    const aws = await startEmbeddedAws({
      ...options,
      parameters: { ...QUICK, ...options.parameters },
      hostAliases: { ...options.hostAliases, [from]: `${source.host}:${source.port}` },
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
