import { type Info, numberOf } from './info.ts';

/** What a server says of the full syncs that it gives. What it does not say is absent. */
export interface SyncCounters {
  /** Another one after each restart, from when on all counts begin at 0. */
  runId?: string;
  /** 7 of `7.0.15`; Valkey says which Redis it behaves like. */
  majorVersion?: number;
  /** Full syncs that it has begun, for whichever replica. */
  fullSyncs?: number;
  /** Clients of all kinds whose output buffer overcame its limit. Since Redis 7.2. */
  bufferDisconnections?: number;
  /** Its last snapshot to disk failed. */
  snapshotFails?: boolean;
  /** Memory of all replicas' buffers, since Redis 5; from 7 on what goes beyond the backlog. */
  replicaBuffersBytes?: number;
  /** Memory of its machine. */
  systemBytes?: number;
}

/** Reads INFO. Names and versions: measured on 2.8.17, 3.2.6, 5.0.6, 6.2.5, 7.0.15 and Valkey 8.1.8. */
export const toSyncCounters = (info: Info): SyncCounters => {
  const runId = info.get('run_id');
  const major = Number.parseInt(info.get('redis_version') ?? '', 10);
  const counts = {
    fullSyncs: numberOf(info, 'sync_full'),
    bufferDisconnections: numberOf(info, 'client_output_buffer_limit_disconnections'),
    replicaBuffersBytes: numberOf(info, 'mem_clients_slaves'),
    systemBytes: numberOf(info, 'total_system_memory'),
  };
  const known = Object.entries(counts).filter(([, count]) => count !== undefined && count >= 0);
  return {
    ...(runId && { runId }),
    ...(major > 0 && { majorVersion: major }),
    ...(info.has('rdb_last_bgsave_status') && { snapshotFails: info.get('rdb_last_bgsave_status') !== 'ok' }),
    ...Object.fromEntries(known),
  };
};
