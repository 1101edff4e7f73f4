import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { shown } from '../migration/shown.ts';
import type { Datapoint, LinkMetrics } from '../replication/ports.ts';

/** A call that only looks is repeated here, where it costs no state transition. */
const cloudWatch = new CloudWatchClient({ maxAttempts: 4 });

/** Repeats included: what is told later than this is of no use to a look. */
const WITHIN_MS = 5000;
/** One query of the metric over some hours has far fewer datapoints than a page holds: 100,800 (API reference, GetMetricData). */
const MOST_PAGES = 5;

/**
 * Dimensions under which a node has its metric: ElastiCache's guide names its cluster and its own number, and other pages the
 * cluster alone. Both are asked for in one call; whichever has datapoints counts.
 */
const DIMENSIONS = (cacheClusterId: string) => [
  [{ Name: 'CacheClusterId', Value: cacheClusterId }],
  [
    { Name: 'CacheClusterId', Value: cacheClusterId },
    { Name: 'CacheNodeId', Value: '0001' },
  ],
];

/** The lowest of a period: one break of the link in it shows. */
const queryOf = (id: string, dimensions: ReturnType<typeof DIMENSIONS>[number], periodSeconds: number) =>
  ({
    Id: id,
    MetricStat: {
      Metric: { Namespace: 'AWS/ElastiCache', MetricName: 'MasterLinkHealthStatus', Dimensions: dimensions },
      Period: periodSeconds,
      Stat: 'Minimum',
    },
  }) satisfies MetricDataQuery;

/** `MasterLinkHealthStatus` as CloudWatch has it, of several nodes by one call. */
export const linkMetrics: LinkMetrics = {
  async health(cacheClusterIds, { sinceMs, untilMs, periodSeconds }) {
    const asked = cacheClusterIds.flatMap((cacheClusterId) =>
      DIMENSIONS(cacheClusterId).map((dimensions) => ({ cacheClusterId, dimensions })),
    );
    const points = new Map(cacheClusterIds.map((id) => [id, new Map<number, number>()]));
    try {
      let nextToken: string | undefined;
      let pages = 0;
      do {
        const command = new GetMetricDataCommand({
          MetricDataQueries: asked.map(({ dimensions }, at) => queryOf(`m${at}`, dimensions, periodSeconds)),
          StartTime: new Date(sinceMs),
          EndTime: new Date(untilMs),
          ScanBy: 'TimestampDescending',
          ...(nextToken && { NextToken: nextToken }),
        });
        const page = await cloudWatch.send(command, { abortSignal: AbortSignal.timeout(WITHIN_MS) });
        for (const { Id = '', Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
          const ofNode = points.get(asked[Number(Id.slice(1))]?.cacheClusterId ?? '');
          Timestamps.forEach((at, index) => {
            const value = Values[index];
            if (ofNode === undefined || value === undefined) return;
            ofNode.set(at.getTime(), Math.min(value, ofNode.get(at.getTime()) ?? value));
          });
        }
        nextToken = page.NextToken;
      } while (nextToken && ++pages < MOST_PAGES);
    } catch (error) {
      const { name, message } = error as Error;
      return { unreadable: shown(`GetMetricData: ${name}: ${message}`, 300) };
    }
    return { points: new Map([...points].map(([id, ofNode]) => [id, [...ofNode].sort(newestFirst).map(toDatapoint)])) };
  },
};

const newestFirst = ([one]: [number, number], [other]: [number, number]): number => other - one;
const toDatapoint = ([atMs, value]: [number, number]): Datapoint => ({ atMs, value });
