import { systemClock } from '../../../../functions/adapters/clock.ts';
import { redisServers } from '../../../../functions/adapters/redis-servers.ts';
import type { KeyNames } from '../../../../functions/migration/key-name.ts';
import type { Endpoint } from '../../../../functions/migration/record.ts';
import type { Fact, Facts, TargetGroup } from '../../../../functions/preflight/facts.ts';
import { type GatherSettings, makeGatherFacts } from '../../../../functions/preflight/gather/gather.ts';
import type { TargetDescriptions } from '../../../../functions/preflight/ports.ts';
import { connectSource, type SourceClient } from '../../../../local/demo/seed.ts';
import { type RedisProcess, type StartRedisOptions, startRedis } from '../../../../local/redis/server.ts';

/** Servers, and the gathering over them. */
export interface Scene {
  start(options?: StartRedisOptions): Promise<RedisProcess>;
  /** A client of a server, which stays connected until the scene ends. */
  client(at: { port: number }): Promise<SourceClient>;
  /** Undone at the end, the last first. */
  later(undo: () => unknown): void;
  end(): Promise<void>;
}

export const setScene = (): Scene => {
  const undo: (() => unknown)[] = [];
  const later = (step: () => unknown) => void undo.push(step);
  return {
    later,
    async start(options) {
      const redis = await startRedis(options);
      later(() => redis.stop());
      return redis;
    },
    async client({ port }) {
      const client = await connectSource(port);
      later(() => client.isOpen && client.destroy());
      return client;
    },
    async end() {
      for (const step of undo.splice(0).reverse()) await step();
    },
  };
};

/** A machine on its knees may take its time. Whoever hangs in these tests hangs for good. */
const LIMIT_MS = 20_000;

export interface Asked extends Partial<GatherSettings> {
  /** The primary first; none: the group does not exist. */
  nodes?: readonly { port: number }[];
  targets?: Partial<TargetDescriptions>;
  answerMs?: number;
  keyNames?: KeyNames;
}

/** Gathers the facts of a source, and of a group of these nodes on this machine. */
export const gather = (source: { port: number }, asked: Asked = {}): Promise<Facts> => {
  const { nodes = [], targets, sampleMs = 0, limitMs = LIMIT_MS, answerMs = 10_000, keyNames } = asked;
  const described: TargetDescriptions = {
    group: async () => (nodes.length > 0 ? groupOf(nodes.map(endpointOf)) : undefined),
    clusters: async () => [
      { cacheClusterId: 'test-001', status: 'available', nodeStatuses: ['available'], parameterGroup: 'mine' },
    ],
    parameters: async () => new Map(),
    ...targets,
  };
  const gathering = makeGatherFacts(
    described,
    redisServers(Date.now, answerMs),
    systemClock,
    { sampleMs, limitMs },
    keyNames,
  );
  return gathering({ replicationGroupId: 'test', source: endpointOf(source) });
};

export const endpointOf = ({ port }: { port: number }): Endpoint => ({ address: '127.0.0.1', port });

export const groupOf = (endpoints: readonly Endpoint[]): TargetGroup => ({
  status: 'available',
  clusterEnabled: false,
  transitEncryptionEnabled: false,
  authTokenEnabled: false,
  userGroupIds: [],
  snapshotRetentionLimit: 0,
  pendingChanges: [],
  outpostArns: [],
  memberClusters: endpoints.map((_, index) => `test-00${index + 1}`),
  nodes: endpoints.map((endpoint, index) => ({
    nodeGroupId: '0001',
    cacheClusterId: `test-00${index + 1}`,
    endpoint,
    role: index === 0 ? ('primary' as const) : ('replica' as const),
  })),
});

/** The value of a fact that must have been read. */
export const valueIn = <T>(fact: Fact<T>): T => {
  if ('value' in fact) return fact.value;
  throw new Error(`not read: ${JSON.stringify(fact)}`);
};
