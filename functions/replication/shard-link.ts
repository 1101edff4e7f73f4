import type { Endpoint } from '../migration/record.ts';
import type { ReplicaLine } from './info.ts';
import type { SyncCounters } from './sync-counters.ts';

/** A node of a shard of the replication group. */
export interface ShardNode {
  cacheClusterId: string;
  endpoint: Endpoint;
  role: 'primary' | 'replica';
}

/** One shard's replication: from its source to the primary of its node group, and on to that one's replicas. */
export interface ShardLink {
  nodeGroupId: string;
  source: Endpoint;
  nodes: ShardNode[];
}

/** What a server said of its replication, read at one moment. */
export interface ServerReading {
  /** Milliseconds since the epoch, by our own clock, when the answer came. */
  atMs: number;
  role: 'master' | 'slave';
  /** Of the history that its data have; before Redis 4 the run id, which its replicas take over for it. */
  replicationId: string;
  /** The id before the last promotion: all zeros when there was none. */
  previousReplicationId?: string;
  /** Offset up to which the previous id is valid; -1 when there was no promotion. */
  previousIdUpToOffset?: number;
  /** master_repl_offset of a primary, slave_repl_offset of a replica. */
  offset: number;
  /** Of a replica. */
  link?: ReplicaSide;
  /** Of a primary: who follows it. */
  replicas: ReplicaLine[];
  /** Of the full syncs that it gives. */
  counters: SyncCounters;
}

export interface ReplicaSide {
  status: 'up' | 'down';
  followed: Endpoint;
  syncInProgress: boolean;
  loading: boolean;
  /** Of the full sync under way. */
  bytesRead?: number;
  /** Absent when the source streams without knowing the size (diskless). */
  bytesTotal?: number;
  /** Size of what was received, while it is loaded; absent where it is loaded as it comes. */
  loadingBytes?: number;
  downSinceSeconds?: number;
}

/** A reading, or why there is none. */
export type Reading = ServerReading | { unreadable: string };

export const isReadable = (reading: Reading | undefined): reading is ServerReading =>
  reading !== undefined && !('unreadable' in reading);

/** A link as it was seen in one look: the source first, then every node. */
export interface LinkReading {
  link: ShardLink;
  source: Reading;
  nodes: Map<string, Reading>;
  /** The primary's offset a moment later, where it was behind at first. */
  laterOffset?: number;
}

export const primaryOf = (link: ShardLink): ShardNode => {
  const primary = link.nodes.find((node) => node.role === 'primary') ?? link.nodes[0];
  if (!primary) throw new Error(`Node group ${link.nodeGroupId} has no nodes`);
  return primary;
};
