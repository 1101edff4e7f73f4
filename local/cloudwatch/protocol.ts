import { jsonAnswer, jsonError, type WireService } from '../endpoint/wire.ts';
import type { LinkHealth } from './link-health.ts';

interface Query {
  Id?: string;
  MetricStat?: {
    Metric?: { Namespace?: string; MetricName?: string; Dimensions?: { Name: string; Value: string }[] };
    Period?: number;
    Stat?: string;
  };
}

interface Input {
  MetricDataQueries?: Query[];
  /** Seconds since the epoch. */
  StartTime?: number;
  EndTime?: number;
  ScanBy?: 'TimestampAscending' | 'TimestampDescending';
}

class Refusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** API reference, GetMetricData. */
const MOST_QUERIES = 500;
const ID = /^[a-z]\w{0,254}$/;
const OVER: Record<string, (values: number[]) => number> = {
  Minimum: (values) => Math.min(...values),
  Maximum: (values) => Math.max(...values),
  Average: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
  SampleCount: (values) => values.length,
};

/** @throws Refusal as CloudWatch words it */
const getMetricData = (health: LinkHealth, input: Input): object => {
  const { MetricDataQueries: queries = [], StartTime, EndTime, ScanBy = 'TimestampDescending' } = input;
  if (StartTime === undefined || EndTime === undefined)
    throw new Refusal('MissingRequiredParameterException', 'The parameter StartTime and EndTime is required.');
  if (StartTime >= EndTime)
    throw new Refusal(
      'InvalidParameterValueException',
      'The parameter StartTime must be less than the parameter EndTime.',
    );
  if (queries.length === 0 || queries.length > MOST_QUERIES)
    throw new Refusal(
      'ValidationException',
      `The collection MetricDataQueries must have a size between 1 and ${MOST_QUERIES}.`,
    );
  const window = { fromMs: StartTime * 1000, toMs: EndTime * 1000, ascending: ScanBy === 'TimestampAscending' };
  return { Messages: [], MetricDataResults: queries.map((query) => resultOf(health, query, window)) };
};

const resultOf = (
  health: LinkHealth,
  { Id = '', MetricStat: { Metric = {}, Period = 0, Stat = '' } = {} }: Query,
  { fromMs, toMs, ascending }: { fromMs: number; toMs: number; ascending: boolean },
) => {
  if (!ID.test(Id))
    throw new Refusal('ValidationException', `The value '${Id}' for parameter MetricDataQueries.Id is not matching.`);
  const over = OVER[Stat];
  if (!over) throw new Refusal('ValidationException', `The embedded AWS does not play the statistic '${Stat}'.`);
  const periodMs = Period * 1000;
  if (periodMs % health.settings.periodMs !== 0 || periodMs === 0)
    throw new Refusal('ValidationException', `Period must be a multiple of ${health.settings.periodMs / 1000}.`);
  const buckets = Map.groupBy(
    pointsOf(health, Metric).filter(({ atMs }) => atMs >= fromMs && atMs < toMs),
    ({ atMs }) => Math.floor(atMs / periodMs) * periodMs,
  );
  const points = [...buckets].sort(([one], [other]) => (ascending ? one - other : other - one));
  return {
    Id,
    Label: Metric.MetricName,
    StatusCode: 'Complete',
    Timestamps: points.map(([atMs]) => atMs / 1000),
    Values: points.map(([, values]) => over(values.map(({ value }) => value))),
  };
};

/** A metric that does not exist is no error: it has no datapoints. Dimensions name one metric only when they are all its own. */
const pointsOf = (health: LinkHealth, metric: NonNullable<NonNullable<Query['MetricStat']>['Metric']>) => {
  const { Namespace, MetricName, Dimensions = [] } = metric;
  const { CacheClusterId, CacheNodeId, ...others } = Object.fromEntries(Dimensions.map((one) => [one.Name, one.Value]));
  const { dimensions } = health.settings;
  const isKept = CacheNodeId === undefined ? dimensions !== 'node' : dimensions !== 'cluster' && CacheNodeId === '0001';
  const isKnown = Namespace === 'AWS/ElastiCache' && MetricName === 'MasterLinkHealthStatus';
  if (!isKnown || !isKept || CacheClusterId === undefined || Object.keys(others).length > 0) return [];
  return health.of(CacheClusterId);
};

/** The JSON 1.0 slice of CloudWatch: GetMetricData of one metric of ElastiCache. */
export const cloudWatchWire =
  (health: LinkHealth): WireService =>
  async ({ headers, body }) => {
    const name = (headers['x-amz-target'] ?? '').replace('GraniteServiceVersion20100801.', '');
    if (name !== 'GetMetricData')
      return jsonError('UnknownOperationException', `CloudWatch ${name} is not played by the embedded AWS`);
    try {
      return jsonAnswer(getMetricData(health, JSON.parse(body.toString() || '{}') as Input));
    } catch (error) {
      if (error instanceof Refusal) return jsonError(error.code, error.message);
      if (error instanceof SyntaxError) return jsonError('SerializationException', error.message);
      throw error;
    }
  };
