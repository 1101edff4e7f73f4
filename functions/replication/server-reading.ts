import { shown } from '../migration/shown.ts';
import { type Info, numberOf, replicaLines } from './info.ts';
import type { ReplicaSide, ServerReading } from './shard-link.ts';
import { toSyncCounters } from './sync-counters.ts';

/**
 * Reads what INFO says of replication. Field meanings: valkey-doc commands/info.md; AWS names `master_link_status` as
 * its criterion (Migration-Verify).
 *
 * @throws Error when the answer lacks what every Redis since 2.8 says: without an offset it would look in sync
 */
export const toServerReading = (info: Info, atMs: number): ServerReading => {
  const role = info.get('role');
  const loading = info.get('loading') === '1';
  if (role !== 'master' && role !== 'slave')
    throw new Error(`INFO has no known role, but ${String(role).slice(0, 40)}`);
  const masterOffset = numberOf(info, 'master_repl_offset');
  const offset = role === 'slave' ? (numberOf(info, 'slave_repl_offset') ?? masterOffset) : masterOffset;
  if (offset === undefined) throw new Error('INFO has no replication offset');
  const replicationId = textOf(info, 'master_replid') ?? textOf(info, 'run_id');
  if (!replicationId) throw new Error('INFO has no replication id');
  const previousReplicationId = textOf(info, 'master_replid2');
  const previousIdUpToOffset = numberOf(info, 'second_repl_offset');
  return {
    atMs,
    role,
    replicationId,
    ...(previousReplicationId !== undefined && { previousReplicationId }),
    ...(previousIdUpToOffset !== undefined && { previousIdUpToOffset }),
    offset,
    ...(role === 'slave' && { link: replicaSide(info, loading) }),
    replicas: replicaLines(info),
    counters: toSyncCounters(info),
  };
};

/** Longer than any name of a host and any id that a server has. */
const LONGEST = 260;

const textOf = (info: Info, field: string): string | undefined => {
  const text = info.get(field);
  return text === undefined ? undefined : shown(text, LONGEST);
};

const replicaSide = (info: Info, loading: boolean): ReplicaSide => {
  const syncInProgress = info.get('master_sync_in_progress') === '1';
  const bytesRead = numberOf(info, 'master_sync_read_bytes');
  const bytesTotal = numberOf(info, 'master_sync_total_bytes');
  const loadingBytes = numberOf(info, 'loading_total_bytes');
  const downSinceSeconds = numberOf(info, 'master_link_down_since_seconds');
  return {
    status: info.get('master_link_status') === 'up' ? 'up' : 'down',
    followed: { address: textOf(info, 'master_host') ?? '', port: numberOf(info, 'master_port') ?? 0 },
    syncInProgress,
    loading: loading || info.get('async_loading') === '1',
    ...(syncInProgress && bytesRead !== undefined && bytesRead >= 0 && { bytesRead }),
    // 0 (and -1 before the transfer begins) stand for a size that nobody knows.
    ...(syncInProgress && bytesTotal !== undefined && bytesTotal > 0 && { bytesTotal }),
    ...(loading && loadingBytes !== undefined && loadingBytes > 0 && { loadingBytes }),
    ...(downSinceSeconds !== undefined && downSinceSeconds >= 0 && { downSinceSeconds }),
  };
};
