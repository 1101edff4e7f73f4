import type { CacheCluster, ReplicationGroup as ReplicationGroupDescription } from '@aws-sdk/client-elasticache';
import type { Clock } from '../clock.ts';
import { findRedisServer, type RedisServer } from '../redis/server.ts';
import { createControlUser } from './acl.ts';
import { describeClusters, describeGroup } from './describe.ts';
import { ElastiCacheError } from './errors.ts';
import type { CacheNode } from './node.ts';
import { NodeGroup } from './node-group.ts';
import { dataBytes } from './node-types.ts';
import { defaultParameterGroup } from './parameters.ts';
import type { GroupSettings } from './settings.ts';
import type { Source } from './source.ts';

/** What a replication group is made with. */
export interface GroupOptions {
  /** 1-40 letters, digits and single hyphens, a letter first. */
  id: string;
  /** Any number; default 2. */
  replicas?: number;
  /** One a node, the primary's first; default us-west-2a, 2c, 2b and over again. */
  availabilityZones?: readonly string[];
  /** Default: the engine's default group. Its `databases`, `maxmemory-policy`, `repl-backlog-size` and reserve reach the nodes. */
  parameterGroup?: string;
  /** Redis configuration of every node, over all else. */
  config?: Readonly<Record<string, string>>;
  /** Members over those of the described ReplicationGroup, e.g. `{MultiAZ: 'disabled', TransitEncryptionEnabled: true}`. */
  description?: Partial<ReplicationGroupDescription>;
  /** Members over those of each described CacheCluster, e.g. `{EngineVersion: '5.0.4'}`. */
  cacheCluster?: Partial<CacheCluster>;
  /** The same for single ones, by id: `{'test-002': {CacheClusterStatus: 'rebooting cluster nodes'}}`. */
  cacheClusters?: Readonly<Record<string, Partial<CacheCluster>>>;
  /** Settings of this group over the service's. */
  settings?: Partial<GroupSettings>;
}

export type GroupStatus = 'creating' | 'available' | 'modifying' | 'migrating' | 'deleting' | 'create-failed';

/** A migration from the acceptance of StartMigration to its end. */
export type Migration = { phase: 'starting' } | ReplicatingMigration;

/** The primaries follow the source. */
export interface ReplicatingMigration {
  phase: 'replicating' | 'completing';
  readonly source: Source;
}

/** What was described at a moment. */
interface Snapshot {
  atMs: number;
  group: ReplicationGroupDescription;
  clusters: CacheCluster[];
}

const HISTORY_MS = 60_000;
/** What of a parameter group makes a difference on the nodes here. */
const APPLIED_PARAMETERS = ['databases', 'maxmemory-policy', 'repl-backlog-size'];

/** A replication group: its status, its node groups of real servers, and what was described of it in the last minute. */
export class ReplicationGroup {
  readonly id: string;
  options: GroupOptions;
  readonly createdAtMs: number;
  readonly memberIds: readonly string[];
  /** Empty until the nodes run. One entry with cluster mode disabled. */
  nodeGroups: readonly NodeGroup[] = [];
  server: RedisServer | undefined;
  migration: Migration | undefined;
  /** The primary is being tested against a source. */
  testing = false;
  readonly #clock: Clock;
  readonly #settings: () => GroupSettings;
  #status: GroupStatus = 'creating';
  #history: Snapshot[] = [];

  constructor(options: GroupOptions, clock: Clock, settings: () => GroupSettings) {
    this.id = options.id;
    this.options = options;
    this.createdAtMs = clock.now();
    this.memberIds = Array.from(
      { length: 1 + (options.replicas ?? 2) },
      (_, index) => `${options.id}-${String(index + 1).padStart(3, '0')}`,
    );
    this.#clock = clock;
    this.#settings = settings;
    this.#record();
  }

  /** @throws {RedisServerNotFoundError | RedisStartError} */
  async startNodes(parameters: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    this.server = await findRedisServer();
    const applied = APPLIED_PARAMETERS.filter((name) => parameters[name] !== undefined);
    const maxmemory = dataBytes(this.nodeType, parameters['reserved-memory-percent']);
    const nodeGroup = await NodeGroup.start(
      {
        id: '0001',
        nodeIds: this.memberIds,
        availabilityZones: this.options.availabilityZones ?? [],
        control: createControlUser(),
        config: {
          ...Object.fromEntries(applied.map((name) => [name, parameters[name] as string])),
          ...(maxmemory === undefined ? {} : { maxmemory: String(maxmemory) }),
          ...this.options.config,
        },
      },
      this.#clock,
      signal,
    );
    this.nodeGroups = [nodeGroup];
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodeGroups.map((nodeGroup) => nodeGroup.stop()));
  }

  nodes(): readonly CacheNode[] {
    return this.nodeGroups.flatMap((nodeGroup) => nodeGroup.nodes);
  }

  /** The primary of the first node group. @throws {ElastiCacheError} InvalidReplicationGroupState: its nodes do not run yet. */
  primary(): CacheNode {
    const [nodeGroup] = this.nodeGroups;
    if (nodeGroup === undefined) {
      throw new ElastiCacheError('InvalidReplicationGroupState', `ReplicationGroup ${this.id} has no nodes yet.`);
    }
    return nodeGroup.primary;
  }

  get nodeType(): string {
    return this.options.description?.CacheNodeType ?? 'cache.r5.large';
  }

  get parameterGroup(): string {
    return this.options.parameterGroup ?? defaultParameterGroup(this.server ?? { flavour: 'redis', version: '7.0.0' });
  }

  get status(): GroupStatus {
    return this.#status;
  }

  set status(status: GroupStatus) {
    this.#status = status;
    this.#record();
  }

  /** @throws {ElastiCacheError} InvalidReplicationGroupState */
  mustBeAvailable(): void {
    if (this.#status === 'available' && !this.testing) return;
    throw new ElastiCacheError(
      'InvalidReplicationGroupState',
      `Replication group ${this.id} is not in available state: it is ${this.#status}.`,
    );
  }

  /**
   * Changes what is described of the group from now on, e.g. `{MultiAZ: 'disabled'}`.
   *
   * @returns what takes it back, and all that was overridden after it
   */
  override(description: Partial<ReplicationGroupDescription>): () => void {
    return this.#change({ description: { ...this.options.description, ...description } });
  }

  /** The same for its CacheClusters, or for the one with this id: `{PreferredMaintenanceWindow: 'mon:09:00-mon:10:00'}`. */
  overrideClusters(cluster: Partial<CacheCluster>, id?: string): () => void {
    const { cacheCluster, cacheClusters } = this.options;
    if (id === undefined) return this.#change({ cacheCluster: { ...cacheCluster, ...cluster } });
    return this.#change({ cacheClusters: { ...cacheClusters, [id]: { ...cacheClusters?.[id], ...cluster } } });
  }

  /** The truth of this moment. */
  describe(): ReplicationGroupDescription {
    return describeGroup(this, this.#settings());
  }

  /** The world as it was described `ageMs` ago, or when it was first seen. At most {@link HISTORY_MS} back. */
  asOf(ageMs: number): Snapshot {
    const then = this.#clock.now() - ageMs;
    return (this.#history.findLast((snapshot) => snapshot.atMs <= then) ?? this.#history[0]) as Snapshot;
  }

  #change(options: Partial<GroupOptions>): () => void {
    const before = this.options;
    this.options = { ...before, ...options };
    this.#record();
    return () => {
      this.options = before;
      this.#record();
    };
  }

  #record(): void {
    const atMs = this.#clock.now();
    // What was valid when the window opens is still needed, so the last older snapshot stays.
    const firstNeeded = this.#history.findLastIndex((snapshot) => snapshot.atMs <= atMs - HISTORY_MS);
    this.#history = this.#history.slice(Math.max(0, firstNeeded));
    this.#history.push({ atMs, group: this.describe(), clusters: describeClusters(this) });
  }
}
