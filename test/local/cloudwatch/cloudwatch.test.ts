import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LinkHealth } from '../../../local/cloudwatch/link-health.ts';
import { cloudWatchWire } from '../../../local/cloudwatch/protocol.ts';
import type { ElastiCache } from '../../../local/elasticache/service.ts';
import { SimulatedClock } from '../../../local/simulated-clock.ts';
import { sdkSettings } from '../fixture/fixture.ts';
import { type Served, serveAlone } from '../fixture/serve.ts';

/** The link of the one primary, as its INFO tells it. */
let link = { master_link_status: 'up', master_sync_in_progress: '0' };
const primary = { id: 'test-001', replication: async () => link };
let isMigrating = true;
const groups = () => [{ migration: isMigrating ? { phase: 'replicating' } : undefined, nodeGroups: [{ primary }] }];

const START = Date.UTC(2026, 0, 1);
let clock: SimulatedClock;
let health: LinkHealth;
let served: Served;
let client: CloudWatchClient;
beforeAll(async () => {
  clock = new SimulatedClock(START);
  health = new LinkHealth({ groups } as unknown as ElastiCache, clock);
  served = await serveAlone({ cloudwatch: cloudWatchWire(health) });
  client = new CloudWatchClient({ ...sdkSettings(served.url), maxAttempts: 1 });
});
afterAll(async () => {
  health.close();
  client.destroy();
  await served.close();
});

const minutes = (count: number) => clock.advance(count * 60_000);
const stat = (dimensions: Record<string, string>, more: Partial<MetricDataQuery['MetricStat']> = {}) => ({
  Metric: {
    Namespace: 'AWS/ElastiCache',
    MetricName: 'MasterLinkHealthStatus',
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  },
  Period: 60,
  Stat: 'Minimum',
  ...more,
});
const NODE = { CacheClusterId: 'test-001' };
const asked = async (...stats: MetricDataQuery['MetricStat'][]) => {
  const command = new GetMetricDataCommand({
    MetricDataQueries: stats.map((MetricStat, at) => ({ Id: `m${at}`, MetricStat })),
    StartTime: new Date(START),
    EndTime: new Date(clock.now()),
    ScanBy: 'TimestampAscending',
  });
  return (await client.send(command)).MetricDataResults ?? [];
};
const valuesOf = async (dimensions: Record<string, string> = NODE) => (await asked(stat(dimensions)))[0]?.Values;

describe('CloudWatch, by the stock client', () => {
  it('shows one datapoint a minute of a primary under migration, at the time at which its minute began', async () => {
    await minutes(1);
    expect(await valuesOf()).toEqual([]);
    await minutes(3.5);

    const [result] = await asked(stat(NODE));
    expect(result).toMatchObject({ Id: 'm0', Label: 'MasterLinkHealthStatus', StatusCode: 'Complete' });
    expect(result?.Values).toEqual([1, 1, 1]);
    expect(result?.Timestamps?.map((at) => at.getTime())).toEqual([1, 2, 3].map((at) => START + at * 60_000));
  });

  it('shows a minute with a break in it as 0, and one in which a full synchronisation went on', async () => {
    await minutes(1);
    link = { ...link, master_link_status: 'down' };
    await minutes(0.25);
    link = { master_link_status: 'up', master_sync_in_progress: '1' };
    await minutes(1);
    link = { ...link, master_sync_in_progress: '0' };
    await minutes(2);

    expect((await valuesOf())?.slice(-4)).toEqual([1, 0, 0, 1]);
  });

  it('shows nothing of a group that is not under migration, of other metrics and of other dimensions', async () => {
    const before = await valuesOf();
    isMigrating = false;
    await minutes(2);
    isMigrating = true;

    expect((await valuesOf())?.length).toBe((before?.length ?? 0) + 1);
    expect(await valuesOf({ CacheClusterId: 'test-002' })).toEqual([]);
    expect(await valuesOf({ ...NODE, CacheNodeId: '0001' })).toEqual(await valuesOf());
    expect(await valuesOf({ ReplicationGroupId: 'test' })).toEqual([]);
  });

  it('leaves out what is set to be missing, shows late what is late, and names nodes as is set', async () => {
    const before = (await valuesOf())?.length ?? 0;
    health.settings.isMissing = () => true;
    await minutes(3);
    health.settings.isMissing = () => false;
    expect((await valuesOf())?.length).toBeLessThanOrEqual(before + 1);
    health.settings.delayMs = 120_000;
    const shown = (await valuesOf())?.length ?? 0;
    await minutes(2);
    expect((await valuesOf())?.length).toBeLessThanOrEqual(shown + 1);
    await minutes(3);
    expect((await valuesOf())?.length).toBeGreaterThan(shown + 1);

    health.settings.dimensions = 'node';
    expect(await valuesOf()).toEqual([]);
    expect((await valuesOf({ ...NODE, CacheNodeId: '0001' }))?.length).toBeGreaterThan(0);
  });

  it('refuses what CloudWatch refuses, by its names', async () => {
    const command = new GetMetricDataCommand({
      MetricDataQueries: [{ Id: 'm', MetricStat: stat(NODE) }],
      StartTime: new Date(START),
      EndTime: new Date(START),
    });

    await expect(client.send(command)).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
    await expect(asked(stat(NODE, { Stat: 'p99' }))).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(asked(stat(NODE, { Period: 7 }))).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(asked()).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
