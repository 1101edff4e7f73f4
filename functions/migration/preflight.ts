import type { Endpoint } from './record.ts';

/** A blocking finding ends the migration before StartMigration, unless it is waived by name. */
export const SEVERITIES = ['blocking', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** `never`: no waiver can help, because it would disturb somebody else's migration or nothing could be watched. */
export type Waivable = 'byName' | 'never' | 'needless';

const kind = <S extends Severity, W extends Waivable>(severity: S, waivable: W) => ({ severity, waivable });
const blocking = kind('blocking', 'byName');
const final = kind('blocking', 'never');
const warning = kind('warning', 'needless');
const info = kind('info', 'needless');

/** Every check of the preflight by its stable id. functions/preflight has a rule for each; docs/preflight.md a row. */
export const PREFLIGHT_CHECKS = {
  'target-not-found': final,
  'target-not-available': final,
  'target-under-migration': final,
  'target-already-replicating': final,
  'target-cluster-mode': final,
  'target-unreachable': final,
  'target-engine-version': blocking,
  'target-transit-encryption': final,
  'target-auth': final,
  'target-multi-az': blocking,
  'target-automatic-failover': blocking,
  'target-global-datastore': blocking,
  'target-data-tiering': blocking,
  'target-local-zone': blocking,
  'target-outposts': warning,
  'target-network-type': warning,
  'target-cluster-compatible': warning,
  'target-durability': warning,
  'target-node-not-available': blocking,
  'target-pending-changes': warning,
  'target-parameters-pending': warning,
  'target-snapshot-window': warning,
  'target-maintenance-window': warning,
  'target-holds-data': blocking,
  'target-rolled-back': blocking,
  'target-clients': warning,
  'target-memory': blocking,
  'target-memory-tight': warning,
  'target-lacks-commands': warning,
  'eviction-policy-differs': warning,
  'databases-differ': blocking,
  'several-databases': info,
  'rdb-format': blocking,
  'rdb-format-unknown': warning,
  'source-network-not-allowed': final,
  'source-unreachable': final,
  'source-auth': final,
  'source-default-user': final,
  'source-credentials': final,
  'source-tls': final,
  'source-loading': final,
  'source-is-target': final,
  'source-cluster-mode': final,
  'source-version': blocking,
  'source-protected-mode': blocking,
  'source-bind': blocking,
  'source-address-not-private': blocking,
  'source-address-ambiguous': warning,
  'source-commands-renamed': blocking,
  'source-is-replica': blocking,
  'source-replicas': warning,
  'source-replicas-unreachable': final,
  'source-sentinel': blocking,
  'target-is-failover-candidate': blocking,
  'source-modules': blocking,
  'source-functions': blocking,
  'source-scripts': info,
  'source-not-persistent': warning,
  'source-snapshot-fails': warning,
  'source-memory-headroom': warning,
  'source-cpu': warning,
  'source-fork-slow': warning,
  'source-clients-full': warning,
  'fence-none': final,
  'fence-rights': blocking,
  'fence-weak': warning,
  'fence-not-durable': blocking,
  'fence-too-large': blocking,
  'min-replicas-set': blocking,
  'clock-skew': warning,
  'acl-users': warning,
  'users-included': blocking,
  'modules-loaded-twice': blocking,
  'big-keys': warning,
  'short-ttls': info,
  'sliding-ttls': info,
  'keyspace-large': info,
  'full-sync-will-fail': blocking,
  'full-sync-tight': warning,
  'backlog-small': warning,
  'unread-target-clusters': blocking,
  'unread-target-parameters': blocking,
  'unread-target-clients': warning,
  'unread-target-commands': warning,
  'unread-source-address': warning,
  'unread-source-info': final,
  'unread-source-config': blocking,
  'unread-source-commands': blocking,
  'unread-source-modules': blocking,
  'unread-source-functions': warning,
  'unread-source-clients': warning,
  'unread-source-users': warning,
  'unread-source-keys': warning,
  'unread-source-writes': warning,
  'unread-sentinels': warning,
  'unread-rdb-format': warning,
  'unread-clocks': warning,
  'unread-servers': warning,
} as const satisfies Record<string, { severity: Severity; waivable: Waivable }>;

export type CheckId = keyof typeof PREFLIGHT_CHECKS;

export const isCheckId = (id: string): id is CheckId => Object.hasOwn(PREFLIGHT_CHECKS, id);

/** What a check found wrong. Texts are short; what a server said is cut to what a person reads. */
export interface Finding {
  id: CheckId;
  severity: Severity;
  title: string;
  /** What was seen. */
  found: string;
  /** What would be right. */
  required: string;
  /** Commands or settings that can be pasted, in their order; empty where there is nothing to paste. */
  remedy: string[];
  /** Where the rule comes from: an AWS page, or a measurement. */
  because: { text: string; url?: string };
  /** Set when the request waived it by name. */
  waived?: true;
}

/** Whether the full sync outlives the source's limits for replica output buffers. */
export interface SyncForecast {
  verdict: 'pass' | 'tight' | 'willFail' | 'unknown';
  /** One sentence with the figures. */
  why: string;
  /** Written to the replication stream, by the lower and the upper estimate. */
  writeBytesPerSecond?: { low: number; high: number };
  copyBytes?: number;
  /** From the fork until the target reads the stream. */
  syncSeconds?: { low: number; high: number };
  peakBufferBytes?: { low: number; high: number };
  limit?: { hardBytes: number; softBytes: number; softSeconds: number };
  backlogBytes?: number;
  neededBacklogBytes?: number;
  /** CONFIG SET lines that would make it pass. */
  remedy: string[];
}

/** A node of the replication group, whose data a migration replaces. */
export interface TargetNodeFigures {
  nodeGroupId: string;
  cacheClusterId: string;
  endpoint: Endpoint;
  role: 'primary' | 'replica';
  /** Keys of all its databases; absent when it could not be read. */
  keys?: number;
}

/** What was learned of both sides, for the view. A figure that is not known is absent. */
export interface PreflightFigures {
  sourceVersion?: string;
  targetVersion?: string;
  keys?: number;
  usedMemoryBytes?: number;
  targetCapacityBytes?: number;
  /** The best fence that the source allows. */
  fence?: 'acl' | 'minReplicas' | 'none';
  /** Absent when there is no such group. */
  targetNodes?: TargetNodeFigures[];
  source?: Endpoint;
}

export interface PreflightResult {
  verdict: 'passed' | 'failed';
  /** ISO 8601. */
  checkedAt: string;
  /** How many checks were made. */
  checks: number;
  /** Blocking ones that are not waived first, then by severity, each in the catalogue's order. */
  findings: Finding[];
  /** Ids that the request waived, whether they were needed or not. */
  waivers: CheckId[];
  figures: PreflightFigures;
  forecast: SyncForecast;
}
