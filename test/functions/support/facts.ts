import type { CheckId } from '../../../functions/migration/preflight.ts';
import { NEEDED_COMMANDS } from '../../../functions/preflight/asked.ts';
import { CATALOGUE } from '../../../functions/preflight/catalogue.ts';
import type { Broken } from '../../../functions/preflight/check.ts';
import type {
  Circumstances,
  Fact,
  FactName,
  Facts,
  FactValues,
  TargetCluster,
  TargetGroup,
  TargetNode,
} from '../../../functions/preflight/facts.ts';

type Fields = Readonly<Record<string, string | undefined>>;

const fields = (all: Fields): ReadonlyMap<string, string> =>
  new Map(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));

/** Wednesday, 2026-01-07 15:00 UTC: far from the windows below. */
export const NOW = Date.parse('2026-01-07T15:00:00Z');

export const someCircumstances = (change: Partial<Circumstances> = {}): Circumstances => ({
  replicationGroupId: 'test',
  source: { address: '10.0.0.5', port: 6379 },
  nowMs: NOW,
  fence: 'auto',
  copyBytesPerSecond: 40e6,
  ...change,
});

/** A source that nothing is said against: 1 GiB of data, one database. `undefined` takes a field away. */
export const sourceInfo = (change: Fields = {}): FactValues['sourceInfo'] =>
  fields({
    redis_version: '7.0.15',
    redis_mode: 'standalone',
    run_id: 'a'.repeat(40),
    config_file: '/etc/redis/redis.conf',
    role: 'master',
    loading: '0',
    connected_slaves: '0',
    connected_clients: '3',
    maxclients: '10000',
    master_replid: 'b'.repeat(40),
    master_repl_offset: '1000',
    used_memory: '1073741824',
    used_memory_dataset: '1073741824',
    used_memory_peak: '1073741824',
    used_memory_rss: '1200000000',
    total_system_memory: '17179869184',
    maxmemory: '0',
    number_of_cached_scripts: '0',
    rdb_last_bgsave_status: 'ok',
    rdb_last_save_time: '1767790000',
    rdb_bgsave_in_progress: '0',
    aof_enabled: '0',
    latest_fork_usec: '300',
    used_cpu_sys: '1.0',
    used_cpu_user: '1.0',
    cluster_enabled: '0',
    db0: 'keys=1000,expires=0,avg_ttl=0',
    ...change,
  });

export const sourceConfig = (change: Fields = {}): FactValues['sourceConfig'] =>
  fields({
    aclfile: '/etc/redis/users.acl',
    appendonly: 'no',
    bind: '0.0.0.0',
    'client-output-buffer-limit': 'normal 0 0 0 slave 4294967296 2147483648 60 pubsub 33554432 8388608 60',
    databases: '16',
    maxclients: '10000',
    maxmemory: '0',
    'maxmemory-policy': 'volatile-lru',
    'min-replicas-max-lag': '10',
    'protected-mode': 'no',
    'repl-backlog-size': '1073741824',
    save: '3600 1',
    ...change,
  });

/** `maxmemory` of a cache.r5.large, the default reserve taken off. */
export const nodeInfo = (change: Fields = {}): TargetNode['info'] =>
  fields({
    redis_version: '7.1.0',
    run_id: 'c'.repeat(40),
    role: 'master',
    loading: '0',
    maxmemory: '10527885772',
    used_memory: '2000000',
    ...change,
  });

const endpoint = (id: string) => ({ address: `${id}.example`, port: 6379 });

export const aNode = (change: Partial<TargetNode> = {}): TargetNode => ({
  cacheClusterId: 'test-001',
  endpoint: endpoint('test-001'),
  role: 'primary',
  info: nodeInfo(),
  ...change,
});

export const aReplicaNode = (change: Partial<TargetNode> = {}): TargetNode =>
  aNode({
    cacheClusterId: 'test-002',
    endpoint: endpoint('test-002'),
    role: 'replica',
    info: nodeInfo({ role: 'slave', run_id: 'd'.repeat(40) }),
    ...change,
  });

/** A group as `fact` nodes, of these and no unread ones. */
export const nodes = (...read: TargetNode[]): FactValues['nodes'] => ({
  read: read.length > 0 ? read : [aNode(), aReplicaNode()],
  unread: [],
});

export const aTargetGroup = (change: Partial<TargetGroup> = {}): TargetGroup => ({
  status: 'available',
  clusterEnabled: false,
  clusterMode: 'disabled',
  multiAz: 'enabled',
  automaticFailover: 'enabled',
  transitEncryptionEnabled: false,
  authTokenEnabled: false,
  userGroupIds: [],
  dataTiering: 'disabled',
  cacheNodeType: 'cache.r5.large',
  networkType: 'ipv4',
  engine: 'redis',
  snapshotRetentionLimit: 1,
  snapshotWindow: '07:30-08:30',
  pendingChanges: [],
  outpostArns: [],
  memberClusters: ['test-001', 'test-002'],
  nodes: [
    {
      nodeGroupId: '0001',
      cacheClusterId: 'test-001',
      endpoint: endpoint('test-001'),
      role: 'primary',
      availabilityZone: 'us-west-2a',
    },
    {
      nodeGroupId: '0001',
      cacheClusterId: 'test-002',
      endpoint: endpoint('test-002'),
      role: 'replica',
      availabilityZone: 'us-west-2c',
    },
  ],
  ...change,
});

export const aCluster = (change: Partial<TargetCluster> = {}): TargetCluster => ({
  cacheClusterId: 'test-001',
  status: 'available',
  engine: 'redis',
  engineVersion: '7.1.0',
  parameterGroup: 'default.redis7',
  parameterApplyStatus: 'in-sync',
  maintenanceWindow: 'sun:09:00-sun:10:00',
  nodeStatuses: ['available'],
  ...change,
});

export const parameters = (change: Fields = {}): FactValues['parameters'] =>
  fields({ databases: '16', 'maxmemory-policy': 'volatile-lru', 'reserved-memory-percent': '25', ...change });

/** Facts of a pair that no check has a word against. */
export const cleanValues = (): FactValues => ({
  groupPresence: 'present',
  group: aTargetGroup(),
  clusters: [aCluster(), aCluster({ cacheClusterId: 'test-002' })],
  parameters: parameters(),
  nodes: nodes(),
  targetClients: [],
  commandsUnknownToTarget: [],
  sourceAddresses: ['10.0.0.5'],
  sourceReach: { state: 'open', detail: 'PONG' },
  sourceLogin: [],
  fenceRights: { acl: [], minReplicas: [] },
  sourceInfo: sourceInfo(),
  sourceConfig: sourceConfig(),
  sourceCommands: new Map(NEEDED_COMMANDS.map((name) => [name, true])),
  sourceModules: [],
  sourceFunctions: [],
  sourceClients: [],
  sourceReplicas: [],
  sourceUsers: ['default'],
  sourceRules: { characters: 20, defaultUser: 'plain' },
  sourceKeys: [],
  writes: {
    windowMs: 5000,
    lowBytesPerSecond: 1000,
    highBytesPerSecond: 1000,
    measuredBy: 'offset',
    cpuShare: 0.05,
  },
  sentinels: [],
  rdbFormat: 10,
  clocks: { sourceAheadMs: 2, uncertainMs: 1 },
});

/** The facts of a clean pair, but for these: values, or whole facts. */
export const cleanFacts = (
  values: Partial<FactValues> = {},
  whole: { [N in FactName]?: { unreadable: string } | { moot: true } } = {},
): Facts =>
  Object.fromEntries(
    Object.entries({ ...cleanValues(), ...values }).map(([name, value]) => [
      name,
      (whole[name as FactName] ?? { value }) as Fact<unknown>,
    ]),
  ) as unknown as Facts;

/** What one check says of a clean pair that differs in this. @throws UnreadableFieldError */
export const ask = (
  id: CheckId,
  values: Partial<FactValues> = {},
  circumstances: Partial<Circumstances> = {},
): Broken | undefined => {
  const found = CATALOGUE.find((check) => check.id === id);
  if (found === undefined) throw new Error(`the catalogue has no ${id}`);
  return found.rule({ ...cleanValues(), ...values }, someCircumstances(circumstances));
};
