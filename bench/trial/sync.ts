import { setTimeout as sleep } from 'node:timers/promises';
import { parseInfo, replicaLines } from '../../functions/replication/info.ts';
import { connectSource, type SourceClient } from '../../local/demo/seed.ts';
import { type RedisProcess, startRedis } from '../../local/redis/server.ts';

const LOOK_MS = 25;
/** What the source logs when it closes a link, in all versions. */
const CLOSED = 'for overcoming of output buffer limits';
/** A buffer that is read from is all but empty. */
const EMPTY_BYTES = 1 << 20;

/** What became of one full sync. */
export interface SyncEnd {
  /** It came through at the first attempt. */
  passed: boolean;
  /** Since the replica was first seen at the source. */
  seconds: number;
  /** The most that was seen in the replica's output buffer (CLIENT LIST `omem`). */
  peakBytes: number;
  /** What showed it: the source's log, or its INFO. */
  why: string;
}

/** Makes a fresh server follow the source, until it follows with its buffer read, or the source has closed the link. */
export const runSync = async (source: RedisProcess, client: SourceClient): Promise<SyncEnd> => {
  const replica = await startRedis();
  const replicaClient = await connectSource(replica.port);
  const syncsBefore = (await lookAt(client)).syncs;
  const logged = new Set(source.log().split('\n'));
  let startMs = performance.now();
  let listed = false;
  let peakBytes = 0;
  const end = (passed: boolean, why: string): SyncEnd => ({
    passed,
    seconds: (performance.now() - startMs) / 1000,
    peakBytes,
    why,
  });
  try {
    await replicaClient.sendCommand(['REPLICAOF', source.host, String(source.port)]);
    for (;;) {
      await sleep(LOOK_MS);
      const { syncs, bufferBytes, online, replicas } = await lookAt(client);
      // A replica dials when its clock next ticks, within a second: the sync begins when it is there.
      if (!listed && replicas > 0) [listed, startMs] = [true, performance.now()];
      peakBytes = Math.max(peakBytes, bufferBytes);
      const closing = source
        .log()
        .split('\n')
        .find((line) => line.includes(CLOSED) && !logged.has(line));
      if (closing !== undefined) return end(false, closing);
      if (syncs > syncsBefore + 1) return end(false, `sync_full went from ${syncsBefore} to ${syncs}`);
      if (online && bufferBytes < EMPTY_BYTES && (await isUp(replicaClient))) return end(true, 'master_link_status:up');
    }
  } finally {
    replicaClient.destroy();
    await replica.stop();
    while ((await lookAt(client)).replicas > 0) await sleep(LOOK_MS);
  }
};

const lookAt = async (client: SourceClient) => {
  const info = parseInfo(String(await client.sendCommand(['INFO'])));
  const clients = String(await client.sendCommand(['CLIENT', 'LIST', 'TYPE', 'replica']));
  const lines = replicaLines(info);
  return {
    syncs: Number(info.get('sync_full')),
    replicas: lines.length,
    online: lines.some(({ state }) => state === 'online'),
    bufferBytes: Number(/ omem=(\d+)/.exec(clients)?.[1] ?? 0),
  };
};

const isUp = async (client: SourceClient): Promise<boolean> =>
  parseInfo(String(await client.sendCommand(['INFO', 'replication']))).get('master_link_status') === 'up';
