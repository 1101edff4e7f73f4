import type { Endpoint } from '../migration/record.ts';
import type { ReplicaBuffer } from './replica-buffers.ts';
import type { ReplicaSettings } from './replica-limit.ts';
import type { Reading, ShardLink } from './shard-link.ts';

/** A replication group as DescribeReplicationGroups shows it, as far as a migration needs it. */
export interface ReplicationGroup {
  replicationGroupId: string;
  /** An open set: the API documents six values, the user guide `migrating` besides. */
  status: string;
  clusterEnabled: boolean;
  nodeGroups: { nodeGroupId: string; nodes: ShardLink['nodes'] }[];
}

export interface GroupEvent {
  atMs: number;
  message: string;
}

/**
 * ElastiCache's API. Every call throws TransientServiceError for what may pass, TargetNotFoundError, and the refusals
 * named at it; none is sent twice by the client itself.
 */
export interface ReplicationGroups {
  describe(replicationGroupId: string): Promise<ReplicationGroup>;
  /** Events of the group, oldest first, all pages. */
  eventsSince(replicationGroupId: string, sinceMs: number): Promise<GroupEvent[]>;
  /** @throws TargetNotAvailableError, TargetAlreadyMigratingError, TargetRefusedError */
  test(replicationGroupId: string, source: Endpoint): Promise<void>;
  /** @throws TargetNotAvailableError, TargetAlreadyMigratingError, TargetRefusedError */
  start(replicationGroupId: string, source: Endpoint): Promise<void>;
  /** Never with Force. @throws TargetNotAvailableError, TargetNotMigratingError, TargetRefusedError */
  complete(replicationGroupId: string): Promise<void>;
  /**
   * CompleteMigration with Force: stops the online migration, and whether the data are in sync is not looked at. Only ever
   * to abort, before anything was completed: what is promoted by it holds whatever was copied so far.
   * @throws TargetNotAvailableError, TargetNotMigratingError, TargetRefusedError
   */
  abort(replicationGroupId: string): Promise<void>;
}

/** Connections to Redis servers, kept for as long as one task looks at them. */
export interface Probe {
  /** Reads INFO; what goes wrong is a reading of its own, never an error. */
  read(endpoint: Endpoint): Promise<Reading>;
  /** What a primary holds back for each of its replicas; undefined when that cannot be read. Never an error. */
  replicaBuffers(endpoint: Endpoint): Promise<ReplicaBuffer[] | undefined>;
  /** What its configuration says of them; what cannot be read is absent. Never an error. */
  replicaSettings(endpoint: Endpoint): Promise<ReplicaSettings>;
  close(): void;
}

/** A value of a metric; `atMs` is when its period began, in milliseconds since the epoch. */
export interface Datapoint {
  atMs: number;
  value: number;
}

/** `MasterLinkHealthStatus` of CloudWatch: 1 while a primary is in sync with the source, else 0 (AWS, CacheMetrics.Redis). */
export interface LinkMetrics {
  /**
   * Datapoints of each node, newest first; a node that has none has an empty list. What goes wrong is told, never an error.
   *
   * @param window periods that begin in it are told
   */
  health(
    cacheClusterIds: readonly string[],
    window: { sinceMs: number; untilMs: number; periodSeconds: number },
  ): Promise<{ points: ReadonlyMap<string, readonly Datapoint[]> } | { unreadable: string }>;
}

/** Time, for tasks that look again and again. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}
