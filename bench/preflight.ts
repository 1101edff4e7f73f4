import { ANY_NETWORK } from '../functions/adapters/allowed-networks.ts';
import { systemClock } from '../functions/adapters/clock.ts';
import { Dialler } from '../functions/adapters/dial.ts';
import { redisServers } from '../functions/adapters/redis-servers.ts';
import { makeGatherFacts } from '../functions/preflight/gather/gather.ts';
import type { TargetDescriptions } from '../functions/preflight/ports.ts';
import { connectSource } from '../local/demo/seed.ts';
import { startRedis } from '../local/redis/server.ts';
import { heading, report } from './report.ts';

const KEYS = 10_000_000;
const SAMPLE_MS = 2000;
const BOUND_MS = 3000;
const BOUND_BYTES = 20e6;
const SLOW_MICROS = 5000;
const RUNS = 3;

/** What the gathering of the preflight's facts takes of this process, and of a source with many keys. */
export const benchPreflight = async (): Promise<void> => {
  heading(`The facts of the preflight, from a source of ${KEYS.toLocaleString('en-US')} keys`);
  const slowlog = { 'slowlog-log-slower-than': String(SLOW_MICROS), 'slowlog-max-len': '1000' };
  const [source, target] = await Promise.all([
    startRedis({ config: { 'enable-debug-command': 'yes', ...slowlog } }),
    startRedis(),
  ]);
  const client = await connectSource(source.port);
  try {
    await client.sendCommand(['DEBUG', 'POPULATE', String(KEYS), 'key', '16']);
    // Some of them expire, so that TTLs are looked at twice. By a script: this process is to hold nothing of it.
    await client.sendCommand(['EVAL', EXPIRE_SOME, '0']);
    await client.sendCommand(['SLOWLOG', 'RESET']);
    const settings = { sampleMs: SAMPLE_MS };
    const gather = makeGatherFacts(
      groupAt(target.port),
      redisServers(Date.now, undefined, undefined, new Dialler(ANY_NETWORK)),
      systemClock,
      settings,
    );
    const tookMs: number[] = [];
    const grown = watchMemory();
    for (let run = 0; run < RUNS; run++) {
      const startMs = performance.now();
      const facts = await gather({ replicationGroupId: 'bench', source: { address: '127.0.0.1', port: source.port } });
      tookMs.push(performance.now() - startMs - SAMPLE_MS);
      const unread = Object.entries(facts).filter(([, fact]) => 'unreadable' in fact);
      if (unread.length > 0) throw new Error(`not read: ${JSON.stringify(unread)}`);
    }
    const { heapBytes, residentBytes } = grown();
    const entries = (await client.sendCommand(['SLOWLOG', 'GET', '-1'])) as [number, number, number, string[]][];
    for (const [, , micros, command] of entries) console.log(`  slow: ${command.join(' ').slice(0, 80)}: ${micros} µs`);
    const slowest = Math.max(...tookMs);
    report(`besides the sample of ${SAMPLE_MS} ms (slowest of ${RUNS})`, `${Math.round(slowest)} ms`, {
      text: `${BOUND_MS} ms`,
      kept: slowest <= BOUND_MS,
    });
    for (const [what, bytes] of [
      ['heap', heapBytes],
      ['resident memory', residentBytes],
    ] as const) {
      report(`${what} that this process grew by at most, over ${RUNS}`, `${(bytes / 1e6).toFixed(1)} MB`, {
        text: `${BOUND_BYTES / 1e6} MB`,
        kept: bytes <= BOUND_BYTES,
      });
    }
    report(`commands that took the source over ${SLOW_MICROS / 1000} ms`, String(entries.length), {
      text: '0',
      kept: entries.length === 0,
    });
  } finally {
    client.destroy();
    await Promise.all([source.stop(), target.stop()]);
  }
};

const EXPIRE_SOME = `for key = 0, ${KEYS / 100} do redis.call('EXPIRE', 'key:' .. key, 3600) end`;

/** How much more is held at any time until it is asked than when it began. */
const watchMemory = (): (() => { heapBytes: number; residentBytes: number }) => {
  const began = process.memoryUsage();
  const most = { heapBytes: 0, residentBytes: 0 };
  const look = () => {
    const { heapUsed, rss } = process.memoryUsage();
    most.heapBytes = Math.max(most.heapBytes, heapUsed - began.heapUsed);
    most.residentBytes = Math.max(most.residentBytes, rss - began.rss);
  };
  const timer = setInterval(look, 5);
  return () => {
    clearInterval(timer);
    look();
    return most;
  };
};

const groupAt = (port: number): TargetDescriptions => ({
  group: async () => ({
    status: 'available',
    clusterEnabled: false,
    transitEncryptionEnabled: false,
    authTokenEnabled: false,
    userGroupIds: [],
    snapshotRetentionLimit: 0,
    pendingChanges: [],
    outpostArns: [],
    memberClusters: [],
    nodes: [
      { nodeGroupId: '0001', cacheClusterId: 'bench-001', endpoint: { address: '127.0.0.1', port }, role: 'primary' },
    ],
  }),
  clusters: async () => [
    { cacheClusterId: 'bench-001', status: 'available', parameterGroup: 'default.redis7', nodeStatuses: ['available'] },
  ],
  parameters: async () => new Map(),
});
