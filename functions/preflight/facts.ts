import type { FenceChoice } from '../migration/fence.ts';
import type { GroupRollback } from '../migration/lock-ports.ts';
import type { Endpoint } from '../migration/record.ts';
import type { Info } from '../replication/info.ts';
import type { LoginProblem } from './ports.ts';

/**
 * Something that was read, or why it could not be. `moot`: another fact already says why there is nothing to read (nothing
 * of a server that cannot be reached, no FUNCTION before Redis 7), so that one fault gives one finding. `outOfReach`: a
 * server would tell it, and this stack reaches none; all of them together are one finding.
 */
export type Fact<T> = { value: T } | { unreadable: string } | { moot: true } | { outOfReach: true };

/** The replication group as DescribeReplicationGroups shows it; members as AWS names them, in camelCase. */
export interface TargetGroup {
  status: string;
  clusterEnabled: boolean;
  /** `enabled`, `disabled` or `compatible`. */
  clusterMode?: string;
  multiAz?: string;
  automaticFailover?: string;
  transitEncryptionEnabled: boolean;
  transitEncryptionMode?: string;
  authTokenEnabled: boolean;
  userGroupIds: string[];
  dataTiering?: string;
  cacheNodeType?: string;
  globalReplicationGroupId?: string;
  networkType?: string;
  durability?: string;
  engine?: string;
  snapshotRetentionLimit: number;
  /** `07:30-08:30`, UTC. */
  snapshotWindow?: string;
  /** Names of the members of PendingModifiedValues that are set. */
  pendingChanges: string[];
  outpostArns: string[];
  /** Ids of all members: one that is being made has no node with an endpoint yet. */
  memberClusters: string[];
  nodes: {
    nodeGroupId: string;
    cacheClusterId: string;
    endpoint: Endpoint;
    role: 'primary' | 'replica';
    availabilityZone?: string;
    outpostArn?: string;
  }[];
}

/** A member as DescribeCacheClusters shows it. */
export interface TargetCluster {
  cacheClusterId: string;
  status: string;
  engine?: string;
  engineVersion?: string;
  parameterGroup?: string;
  /** `in-sync`, `applying`, `pending-reboot`. */
  parameterApplyStatus?: string;
  /** `sun:09:00-sun:10:00`, UTC. */
  maintenanceWindow?: string;
  /** CacheNodeStatus of its nodes. */
  nodeStatuses: string[];
}

export interface TargetNode {
  cacheClusterId: string;
  endpoint: Endpoint;
  role: 'primary' | 'replica';
  /** IP addresses that its endpoint's name has here; absent when none were found. */
  addresses?: string[];
  /** INFO, all default sections. */
  info: Info;
}

/** A line of CLIENT LIST: its fields by name (`addr`, `name`, `flags`, `cmd`, `user`, `omem` …). */
export type ClientLine = ReadonlyMap<string, string>;

export interface NodeClient {
  cacheClusterId: string;
  line: ClientLine;
}

export interface SampledKey {
  database: number;
  /** Cut to 80 printable characters: for a person to recognise it. */
  name: string;
  type: string;
  /** MEMORY USAGE with samples; absent before Redis 4, and of streams and types of modules. */
  bytes?: number;
  /** STRLEN, HLEN, LLEN, SCARD, ZCARD, XLEN. */
  elements?: number;
  /** PTTL at the first look; absent when it does not expire. */
  ttlMs?: number;
  /** PTTL at the second look, `apartMs` later; absent when it was gone or does not expire. */
  laterTtlMs?: number;
  apartMs?: number;
}

/** How much is written to the replication stream, seen over a window. */
export interface WriteRate {
  windowMs: number;
  /**
   * Equal when the source's offset tells them (it has a backlog). Without a replica and a backlog the offset does not
   * count, and `high` is all input of clients, and where scripts ran a kilobyte more for each call that writes. `low` is
   * what was written at least: equal when only commands that write were called, otherwise a few bytes for each of their
   * calls. Both are 0 when every call was of a command that is never replicated.
   */
  lowBytesPerSecond: number;
  highBytesPerSecond: number;
  measuredBy: 'offset' | 'input';
  /** Processor time of the source over the window, 0-1 of one core. */
  cpuShare?: number;
}

export interface Sentinel {
  endpoint: Endpoint;
  primaryName: string;
  /** What SENTINEL REPLICAS lists; absent when the Sentinel did not answer. */
  replicas?: Endpoint[];
}

/** A replica of the source's own. */
export interface SourceReplica {
  endpoint: Endpoint;
  /** Why it did not answer INFO; absent when it did. */
  unreached?: string;
}

/** How the source could be reached. */
export interface Reach {
  state: 'open' | 'forbidden' | 'unreachable' | 'auth' | 'noReplication' | 'tls' | 'protected' | 'loading';
  /** What was seen, in words. */
  detail: string;
}

export interface SourceModule {
  name: string;
  /** The file that it was loaded from; absent before Redis 7.0. Of what is built in it is absent, or the name again (Valkey 9.1). */
  path?: string;
}

/** The file of a module that is not built in, where it is known. */
export const moduleFile = ({ name, path }: SourceModule): string | undefined => (path === name ? undefined : path);

export interface SourceRules {
  /** Of all users, an estimate where they are many: what a fence has to note of them, in the form of its record. */
  characters: number;
  /**
   * The user `default`: `plain` as it is by itself, with or without a password; `declared` the same, but told in a way that
   * only a line `user default` of a file leads to (7.0 alone tells them apart); `changed` in its rights.
   */
  defaultUser: 'plain' | 'declared' | 'changed';
}

/** Commands that our user may not call, though the fence needs them: `ACL SETUSER`. */
export interface FenceRights {
  acl: string[];
  minReplicas: string[];
}

/** All that the checks know, by name. */
export interface FactValues {
  groupPresence: 'present' | 'absent';
  group: TargetGroup;
  clusters: TargetCluster[];
  parameters: ReadonlyMap<string, string>;
  /** Nodes that answered INFO, and those that did not with the reason. */
  nodes: { read: TargetNode[]; unread: { cacheClusterId: string; endpoint: Endpoint; why: string }[] };
  /** Without our own connections, the group's replicas and the engine's own. */
  targetClients: NodeClient[];
  /** Commands that clients of the source have called (INFO commandstats) and that the target's primary does not know. */
  commandsUnknownToTarget: string[];
  /** IP addresses of the source's endpoint: itself, or what its name resolves to here. */
  sourceAddresses: string[];
  /** In clear and as nobody, where a secret says that this service is to log in: as ElastiCache's nodes reach it. */
  sourceReach: Reach;
  /** What keeps this service from logging in as the deployment's secrets say. */
  sourceLogin: LoginProblem[];
  sourceInfo: Info;
  /** CONFIG GET of the parameters in SOURCE_PARAMETERS; one that the version does not have is absent. */
  sourceConfig: ReadonlyMap<string, string>;
  /** Whether the source knows each of NEEDED_COMMANDS that its version has. */
  sourceCommands: ReadonlyMap<string, boolean>;
  /** As MODULE LIST tells them. */
  sourceModules: SourceModule[];
  /** Names of libraries. */
  sourceFunctions: string[];
  sourceClients: ClientLine[];
  /** The first 20 that INFO of the source lists. */
  sourceReplicas: SourceReplica[];
  /** ACL USERS. */
  sourceUsers: string[];
  /** What ACL GETUSER tells of users, without their passwords. */
  sourceRules: SourceRules;
  /** Of the user of a secret. */
  fenceRights: FenceRights;
  sourceKeys: SampledKey[];
  writes: WriteRate;
  sentinels: Sentinel[];
  /** RDB version in the footer of a DUMP of one small key. */
  rdbFormat: number;
  /** How far the source's clock (TIME) is ahead of the target primary's; negative when behind. `uncertainMs`: half the round trips. */
  clocks: { sourceAheadMs: number; uncertainMs: number };
}

export type FactName = keyof FactValues;
export type Facts = { [N in FactName]: Fact<FactValues[N]> };

/** What the checks are told besides the facts. */
export interface Circumstances {
  replicationGroupId: string;
  source: Endpoint;
  nowMs: number;
  /** What the request says of the fence. */
  fence: FenceChoice;
  /** The operator has waived `fence-not-durable`: no file is written, and no fence is kept. */
  keepsNothing?: boolean;
  /** Expected speed of the full sync, in bytes of the source's dataset a second. */
  copyBytesPerSecond: number;
  /** The last rollback out of this group, by this service's own notes. */
  rolledBack?: GroupRollback;
}
