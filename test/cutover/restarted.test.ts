import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { judgePromotion } from '../../functions/cutover/promotion.ts';
import { parseInfo } from '../../functions/replication/info.ts';
import { toServerReading } from '../../functions/replication/server-reading.ts';
import { type RedisProcess, startRedis } from '../../local/redis/server.ts';
import { lookAt, SOURCE } from '../functions/support/nodes.ts';
import { Connection } from './ledger/resp.ts';

const opened: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.stop();
});
const started = async (...options: Parameters<typeof startRedis>): Promise<RedisProcess> => {
  const redis = await startRedis(...options);
  opened.push(redis);
  return redis;
};
const readingOf = async ({ port }: RedisProcess) => {
  const connection = await Connection.open(port);
  try {
    return toServerReading(parseInfo(String(await connection.call('INFO'))), Date.now());
  } finally {
    connection.close();
  }
};

it('a replica that is started again from its file is no promotion, although its history says so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'restarted-'));
  opened.push({ stop: () => rm(folder, { recursive: true }) });
  const source = await started();
  const replica = await started({ folder, config: { replicaof: `127.0.0.1 ${source.port}` } });
  await expect.poll(() => readingOf(replica)).toMatchObject({ link: { status: 'up' } });
  const writer = await Connection.open(source.port);
  await writer.call('SET', 'key', 'value');
  writer.close();
  await expect.poll(async () => (await readingOf(replica)).offset).toBeGreaterThan(0);
  const [applied, fenced] = [await readingOf(replica), await readingOf(source)];
  const control = await Connection.open(replica.port);
  await control.call('REPLICAOF', '127.0.0.1', '1');
  await control.call('SAVE');
  control.close();
  await replica.stop();
  await rm(join(folder, 'redis.conf'));

  const again = await started({ folder });
  const judge = (runId: string | undefined, status: string) =>
    judgePromotion({
      readings: [lookAt({ unreadable: '' }, restarted)],
      status,
      verdict: undefined,
      sends: 1,
      fenced: [
        {
          nodeGroupId: '0001',
          source: SOURCE,
          replicationId: fenced.replicationId,
          fencedOffset: applied.offset,
          nodes: [
            {
              cacheClusterId: 'test-001',
              role: 'primary',
              endpoint: SOURCE,
              appliedOffset: applied.offset,
              ...(runId && { runId }),
            },
          ],
        },
      ],
    });
  const restarted = await readingOf(again);

  expect(judge(undefined, 'migrating').state).toBe('promoted');
  expect(judge(applied.counters.runId, 'migrating')).toMatchObject({
    state: 'pending',
    evidence: expect.stringContaining('was started again since the fence'),
  });
});
