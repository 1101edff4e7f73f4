import { setTimeout as sleep } from 'node:timers/promises';
import { ANY_NETWORK } from '../../functions/adapters/allowed-networks.ts';
import { systemClock } from '../../functions/adapters/clock.ts';
import { Dialler } from '../../functions/adapters/dial.ts';
import { redisServers } from '../../functions/adapters/redis-servers.ts';
import type { SyncForecast } from '../../functions/migration/preflight.ts';
import type { Facts } from '../../functions/preflight/facts.ts';
import { forecastSync } from '../../functions/preflight/forecast.ts';
import { makeGatherFacts } from '../../functions/preflight/gather/gather.ts';
import { connectSource, type SourceClient } from '../../local/demo/seed.ts';
import { type RedisProcess, startRedis } from '../../local/redis/server.ts';
import { runSync, type SyncEnd } from './sync.ts';
import { startPacedWriter } from './writer.ts';

/** A source with data, and how fast a bare REPLICAOF copies them when nobody writes. */
export interface SyncLab {
  source: RedisProcess;
  client: SourceClient;
  bareSeconds: number;
  /** Of the dataset, as the preflight is told it. */
  copyBytesPerSecond: number;
  /** The real gathering of facts and the forecast made of them. */
  forecast(sampleMs: number): Promise<{ facts: Facts; forecast: SyncForecast }>;
  /** Forecast and truth, while this much is written a second all the time. */
  trial(bytesPerSecond: number, sampleMs: number): Promise<Trial>;
  end(): Promise<void>;
}

export interface Trial {
  facts: Facts;
  forecast: SyncForecast;
  truth: SyncEnd;
  /** What the writer really wrote a second. */
  wroteBytesPerSecond: number;
}

export interface LabOptions {
  keys: number;
  valueBytes: number;
  config?: Readonly<Record<string, string>>;
}

/** Nobody is asked for the target: the forecast is of the source alone. */
const NO_TARGET = { group: async () => undefined, clusters: async () => [], parameters: async () => new Map() };
const GROUP = 'forecast';

export const startSyncLab = async ({ keys, valueBytes, config = {} }: LabOptions): Promise<SyncLab> => {
  const source = await startRedis({
    config: {
      'enable-debug-command': 'yes',
      // As large on the wire as in memory, and no processor time for making it smaller.
      rdbcompression: 'no',
      // Redis 7 takes no hard limit below this. The smallest there is shows each limit as it was set.
      'repl-backlog-size': '16384',
      ...config,
    },
  });
  const client = await connectSource(source.port);
  await client.sendCommand(['DEBUG', 'POPULATE', String(keys), 'key', String(valueBytes)]);
  const endpoint = { address: source.host, port: source.port };

  const bare = await runSync(source, client);
  if (!bare.passed) throw new Error(`the bare full sync failed: ${bare.why}`);
  const memory = String(await client.sendCommand(['INFO', 'memory']));
  const copyBytesPerSecond = Number(/^used_memory_dataset:(\d+)/m.exec(memory)?.[1]) / bare.seconds;

  const forecast: SyncLab['forecast'] = async (sampleMs) => {
    const gather = makeGatherFacts(
      NO_TARGET,
      redisServers(Date.now, undefined, undefined, new Dialler(ANY_NETWORK)),
      systemClock,
      { sampleMs, limitMs: 8000 },
    );
    const facts = await gather({ replicationGroupId: GROUP, source: endpoint });
    const circumstances = {
      replicationGroupId: GROUP,
      source: endpoint,
      nowMs: Date.now(),
      fence: 'auto' as const,
      copyBytesPerSecond,
    };
    return { facts, forecast: forecastSync(facts, circumstances) };
  };
  return {
    source,
    client,
    bareSeconds: bare.seconds,
    copyBytesPerSecond,
    forecast,
    async trial(bytesPerSecond, sampleMs) {
      const startMs = performance.now();
      const writer = await startPacedWriter(source.port, bytesPerSecond);
      try {
        const seen = await forecast(sampleMs);
        const truth = await runSync(source, client);
        const wroteBytesPerSecond = (writer.sentBytes * 1000) / (performance.now() - startMs);
        return { ...seen, truth, wroteBytesPerSecond };
      } finally {
        await writer.stop();
      }
    },
    async end() {
      client.destroy();
      await source.stop();
    },
  };
};

/** Until the source has given its backlog up, as a source has none that no replica ever followed. */
export const withoutBacklog = async ({ client }: SyncLab): Promise<void> => {
  while (String(await client.sendCommand(['INFO', 'replication'])).includes('repl_backlog_active:1')) await sleep(50);
};
