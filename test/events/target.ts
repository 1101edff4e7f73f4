import { TargetAlreadyMigratingError } from '../../functions/migration/errors.ts';
import type { Endpoint } from '../../functions/migration/record.ts';
import { parseInfo } from '../../functions/replication/info.ts';
import type {
  Datapoint,
  GroupEvent,
  LinkMetrics,
  Probe,
  ReplicationGroups,
} from '../../functions/replication/ports.ts';
import { toServerReading } from '../../functions/replication/server-reading.ts';

export interface TargetOptions {
  /** The link is down in these spans, in seconds after StartMigration. */
  downSeconds?: [from: number, to: number][];
  promotionSeconds?: number;
  /** The source is restarted when CompleteMigration is sent, and has another replication id since. */
  renamed?: boolean;
  /** No event tells that the promotion is over. */
  untold?: boolean;
  /** ElastiCache takes CompleteMigration so many times, and then tells that it failed. */
  refusals?: number;
  /** Somebody else's migration runs on the group. */
  taken?: boolean;
  /** Written to the source while it is copied; it waits in the target's buffer. */
  writtenBytesPerSecond?: number;
  /** The full sync begins anew after so long, again and again. */
  resyncSeconds?: number;
}

export const SOURCE: Endpoint = { address: '10.0.0.5', port: 6379 };
export const [FIRST, SECOND]: [Endpoint, Endpoint] = [
  { address: '10.0.1.1', port: 6379 },
  { address: '10.0.1.2', port: 6379 },
];
const COPY_SECONDS = 40;
const TOTAL_BYTES = 104_857_600;
/** As a source is by default. */
const SETTINGS = {
  limit: { hardBytes: 268_435_456, softBytes: 67_108_864, softSeconds: 60 },
  backlogBytes: 1_048_576,
};
const OFFSET = 52_481_337;
const SOURCE_ID = '8f4b1e0f6a3c2d5e7b9a0c1d2e3f405162738495';
const RENAMED_ID = '9a51de0c7b8f4e2d3c6a1b0f5e4d3c2b1a09f8e7';
const TARGET_ID = '1c0ffee2d3a4b5c6d7e8f90a1b2c3d4e5f607182';

/** A replication group of two nodes and its source, whose INFO and events follow from what was called and when. */
export const targetIn = (
  nowMs: () => number,
  options: TargetOptions,
): { groups: ReplicationGroups; probe: () => Probe; metrics: LinkMetrics } => {
  const { downSeconds = [], promotionSeconds = 8, taken = false } = options;
  const { writtenBytesPerSecond = 0, resyncSeconds = Number.POSITIVE_INFINITY } = options;
  const events: GroupEvent[] = [];
  let { refusals = 0 } = options;
  let startedMs: number | undefined;
  let completedMs: number | undefined;

  const sinceStart = () => (startedMs === undefined ? -1 : (nowMs() - startedMs) / 1000);
  const promotedFor = () => (completedMs === undefined ? -1 : (nowMs() - completedMs) / 1000 - promotionSeconds);
  const isDown = () => downSeconds.some(([from, to]) => sinceStart() >= from && sinceStart() < to);

  /** Of the full sync under way; undefined when there is none. */
  const copyingFor = (): number | undefined => {
    const seconds = sinceStart() - 2;
    const isOver = seconds >= COPY_SECONDS - 2 && resyncSeconds > COPY_SECONDS;
    return seconds < 0 || isOver || promotedFor() >= 0 ? undefined : seconds % resyncSeconds;
  };

  const sourceInfo = () => {
    const copying = copyingFor() !== undefined;
    const online = sinceStart() >= COPY_SECONDS && !copying && !isDown() && promotedFor() < 0;
    const state = online ? 'online' : 'send_bulk';
    return [
      'redis_version:7.0.15',
      `run_id:${SOURCE_ID}`,
      `sync_full:${sinceStart() < 2 ? 0 : 1 + Math.floor((sinceStart() - 2) / resyncSeconds)}`,
      'role:master',
      `master_replid:${SOURCE_ID}`,
      `master_repl_offset:${OFFSET}`,
      ...(online || copying ? [`slave0:ip=${FIRST.address},port=6379,state=${state},offset=${OFFSET},lag=1`] : []),
    ];
  };
  const primaryInfo = () => {
    if (promotedFor() >= 0) {
      return [
        'role:master',
        `master_replid:${TARGET_ID}`,
        `master_replid2:${options.renamed ? RENAMED_ID : SOURCE_ID}`,
        `master_repl_offset:${OFFSET + 14}`,
        `second_repl_offset:${OFFSET + 1}`,
      ];
    }
    const following = ['role:slave', `master_host:${SOURCE.address}`, `master_port:${SOURCE.port}`];
    if (sinceStart() < 2) return ['role:master', `master_replid:${TARGET_ID}`, 'master_repl_offset:0'];
    const seconds = copyingFor();
    if (seconds !== undefined) {
      return [
        ...following,
        'master_link_status:down',
        'master_sync_in_progress:1',
        `master_sync_total_bytes:${TOTAL_BYTES}`,
        `master_sync_read_bytes:${Math.floor((TOTAL_BYTES * seconds) / (COPY_SECONDS - 2))}`,
        `master_replid:${TARGET_ID}`,
        'master_repl_offset:0',
      ];
    }
    return [
      ...following,
      `master_link_status:${isDown() ? 'down' : 'up'}`,
      ...(isDown() ? ['master_link_down_since_seconds:3'] : []),
      `master_replid:${SOURCE_ID}`,
      `master_repl_offset:${OFFSET}`,
      `slave_repl_offset:${OFFSET}`,
    ];
  };
  const replicaInfo = () => [
    'role:slave',
    'master_link_status:up',
    `master_replid:${promotedFor() >= 0 ? TARGET_ID : SOURCE_ID}`,
    `slave_repl_offset:${OFFSET}`,
  ];
  const infoOf = ({ address }: Endpoint) =>
    address === SOURCE.address ? sourceInfo() : address === FIRST.address ? primaryInfo() : replicaInfo();

  const status = () => {
    if (startedMs === undefined) return 'available';
    if (promotedFor() >= 2) return 'available';
    return sinceStart() < 2 ? 'modifying' : 'migrating';
  };
  const tell = (message: string, afterSeconds = 0) => events.push({ atMs: nowMs() + afterSeconds * 1000, message });

  return {
    groups: {
      describe: async (replicationGroupId) => ({
        replicationGroupId,
        status: status(),
        clusterEnabled: false,
        nodeGroups: [
          {
            nodeGroupId: '0001',
            nodes: [
              { cacheClusterId: `${replicationGroupId}-001`, endpoint: FIRST, role: 'primary' },
              { cacheClusterId: `${replicationGroupId}-002`, endpoint: SECOND, role: 'replica' },
            ],
          },
        ],
      }),
      eventsSince: async (_, sinceMs) => events.filter(({ atMs }) => atMs >= sinceMs && atMs <= nowMs()),
      async test(replicationGroupId) {
        tell(`Test Migration successful for ${replicationGroupId}`);
      },
      async start(replicationGroupId) {
        if (taken) throw new TargetAlreadyMigratingError(replicationGroupId);
        startedMs = nowMs();
      },
      async complete(replicationGroupId) {
        if (refusals-- > 0) return void tell(`Complete Migration failed for ${replicationGroupId}: not in sync`, 2);
        completedMs = nowMs();
        if (!options.untold) tell(`Complete Migration successful for ${replicationGroupId}`, promotionSeconds);
      },
      async abort() {
        completedMs = nowMs() - promotionSeconds * 1000;
      },
    },
    metrics: {
      health: async (ids, { sinceMs, untilMs, periodSeconds }) => {
        const periodMs = periodSeconds * 1000;
        const newest = Math.floor(untilMs / periodMs) * periodMs - periodMs;
        const points: Datapoint[] = [];
        for (let atMs = newest; atMs >= sinceMs && startedMs !== undefined && atMs >= startedMs; atMs -= periodMs) {
          const [from, to] = [(atMs - startedMs) / 1000, (atMs + periodMs - startedMs) / 1000];
          const isUp = from >= COPY_SECONDS && downSeconds.every(([down, up]) => to <= down || from >= up);
          points.push({ atMs, value: isUp ? 1 : 0 });
        }
        return { points: new Map(ids.map((id) => [id, points])) };
      },
    },
    probe: () => ({
      read: async (endpoint) => toServerReading(parseInfo(infoOf(endpoint).join('\r\n')), nowMs()),
      replicaBuffers: async () => {
        const seconds = copyingFor();
        return seconds === undefined ? [] : [{ ip: FIRST.address, bytes: Math.floor(seconds * writtenBytesPerSecond) }];
      },
      replicaSettings: async () => SETTINGS,
      close: () => undefined,
    }),
  };
};
