import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LinkMetrics } from '../../../functions/replication/ports.ts';
import { type FakeAnswer, type FakeAws, serveAws } from '../support/aws.ts';

const T = Date.UTC(2026, 0, 1) / 1000;
interface Asked {
  MetricDataQueries: { Id: string; MetricStat: { Metric: { Dimensions: { Value: string }[] }; Stat: string } }[];
  StartTime: number;
  NextToken?: string;
}

let aws: FakeAws;
let metrics: LinkMetrics;
let answer: (asked: Asked) => object | FakeAnswer;
const asked: Asked[] = [];
beforeAll(async () => {
  aws = await serveAws(async ({ body, headers }) => {
    expect(headers['x-amz-target']).toBe('GraniteServiceVersion20100801.GetMetricData');
    asked.push(JSON.parse(body.toString()));
    const said = answer(asked.at(-1) as Asked);
    return 'status' in said ? (said as FakeAnswer) : { status: 200, body: JSON.stringify(said) };
  });
  ({ linkMetrics: metrics } = await import('../../../functions/adapters/link-metrics.ts'));
});
afterAll(() => aws.close());

const window = { sinceMs: T * 1000, untilMs: (T + 600) * 1000, periodSeconds: 60 };
const result = (Id: string, points: Record<number, number>) => ({
  Id,
  Timestamps: Object.keys(points).map((minute) => T + Number(minute) * 60),
  Values: Object.values(points),
});

describe('MasterLinkHealthStatus', () => {
  it('is asked for of all nodes by one call, under both dimensions, and the lower counts', async () => {
    answer = () => ({
      MetricDataResults: [
        result('m0', { 1: 1, 2: 1 }),
        result('m1', { 2: 0, 3: 1 }),
        result('m2', {}),
        result('m3', {}),
      ],
    });
    asked.length = 0;
    const health = await metrics.health(['test-001', 'test-002'], window);

    expect(asked).toHaveLength(1);
    expect(
      asked[0]?.MetricDataQueries.map(({ MetricStat }) => MetricStat.Metric.Dimensions.map(({ Value }) => Value)),
    ).toEqual([['test-001'], ['test-001', '0001'], ['test-002'], ['test-002', '0001']]);
    expect(asked[0]?.MetricDataQueries.every(({ MetricStat }) => MetricStat.Stat === 'Minimum')).toBe(true);
    expect('points' in health && [...health.points]).toEqual([
      ['test-001', [3, 2, 1].map((minute) => ({ atMs: (T + minute * 60) * 1000, value: minute === 2 ? 0 : 1 }))],
      ['test-002', []],
    ]);
  });

  it('is read page by page', async () => {
    answer = ({ NextToken }) =>
      NextToken
        ? { MetricDataResults: [result('m0', { 1: 1 })] }
        : { MetricDataResults: [result('m0', { 2: 1 })], NextToken: 'more' };
    const health = await metrics.health(['test-001'], window);

    expect('points' in health && health.points.get('test-001')?.map(({ atMs }) => atMs / 1000 - T)).toEqual([120, 60]);
  });

  it('that cannot be read says why, and is no error', async () => {
    answer = () => ({ status: 400, body: JSON.stringify({ __type: 'AccessDeniedException', message: 'not for you' }) });

    expect(await metrics.health(['test-001'], window)).toEqual({
      unreadable: 'GetMetricData: AccessDeniedException: not for you',
    });
  });
});
