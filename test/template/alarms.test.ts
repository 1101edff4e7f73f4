import { describe, expect, it } from 'vitest';
import { FIGURES } from '../../functions/adapters/figures.ts';
import { BACK_OUT_CODES } from '../../functions/cutover/fence/back-out.ts';
import { headingsOf, sectionOf, shipped, tableOf, textOf } from '../docs/sources.ts';
import { functions, type Resource, resourcesOf, template } from './support.ts';
import { OWN_NAMESPACE, type WatchedMetric, whyNoSuch } from './watched.ts';

interface Dimension {
  Name: string;
  Value: unknown;
}
interface Metric {
  Namespace: unknown;
  MetricName: string;
  Dimensions?: Dimension[];
}
interface Query {
  Id: string;
  Expression?: string;
  MetricStat?: { Stat: string; Period: number; Metric: Metric };
}

const alarms = resourcesOf('AWS::CloudWatch::Alarm');
const queriesOf = ({ Properties }: Resource): Query[] => (Properties.Metrics ?? []) as Query[];

const toWatched = ({ Namespace, MetricName, Dimensions = [] }: Metric): WatchedMetric => ({
  namespace: Namespace,
  name: MetricName,
  dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
});

/** What an alarm watches, each with its statistic. */
const watchedBy = (alarm: Resource): (WatchedMetric & { stat: unknown })[] =>
  'MetricName' in alarm.Properties
    ? [{ ...toWatched(alarm.Properties as unknown as Metric), stat: alarm.Properties.Statistic }]
    : queriesOf(alarm).flatMap(({ MetricStat }) =>
        MetricStat ? [{ ...toWatched(MetricStat.Metric), stat: MetricStat.Stat }] : [],
      );

/** Told again and again, so that a sum of them says nothing. */
const LEVELS = new Set([
  ...['MigrationsInDoubt', 'MigrationsStuck', 'FencesOverdue', 'LinksDown', 'LagBytes', 'LagSeconds'],
  ...['ApproximateNumberOfMessagesVisible', 'ClaimedAccountConcurrency', 'ResourceCount'],
]);

const runbook = textOf('docs/runbook.md');
const page = textOf('docs/observability.md');
/** As GitHub makes an anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
const entries = new Map(headingsOf(runbook, 2).map((heading) => [anchorOf(heading), heading]));

/** Where the parameter says that the pages are, its placeholder as it is written. */
const descriptionOf = ({ Properties }: Resource): string =>
  String((Properties.AlarmDescription as { 'Fn::Sub': string })['Fn::Sub']);
const linkOf = (alarm: Resource): string | undefined => /\/runbook\.md#([a-z-]+)$/.exec(descriptionOf(alarm))?.[1];
/** What is called each minute, whatever happens: no word of it is a bad one. */
const EVERY_MINUTE = ['SweepMissingAlarm'];
/** Told once a minute, by each sweep. */
const OF_SWEEPS = ['FencesOverdue', 'MigrationsStuck'];

describe('each alarm', () => {
  it.each(alarms)('%s watches what is emitted, by the right statistic', (_, alarm) => {
    const watched = watchedBy(alarm);

    expect(watched.length).toBeGreaterThan(0);
    // PutMetricAlarm takes no more.
    expect(watched.length).toBeLessThanOrEqual(10);
    expect(watched.flatMap((metric) => whyNoSuch(metric) ?? [])).toEqual([]);
    for (const { name, stat } of watched) expect([name, stat]).toEqual([name, LEVELS.has(name) ? 'Maximum' : 'Sum']);
  });

  it.each(alarms)(
    '%s tells its topic when it goes off and when it is over, and is well while nothing happens that should not',
    (name, { Properties }) => {
      const told = { 'Fn::If': ['Alarms', [{ Ref: 'AlarmTopicArn' }], { Ref: 'AWS::NoValue' }] };
      const [missing, operator] = EVERY_MINUTE.includes(name)
        ? ['breaching', 'LessThanThreshold']
        : ['notBreaching', 'GreaterThanOrEqualToThreshold'];

      expect(Properties).toMatchObject({ TreatMissingData: missing, AlarmActions: told, OKActions: told });
      expect(Properties.ComparisonOperator).toBe(operator);
      expect(Properties.Threshold).toBeGreaterThan(0);
    },
  );

  it.each(alarms)('%s adds nothing that may be missing for a while', (_, alarm) => {
    // Of `m1 + m2` there is no point where one of the two has none (CloudWatch, metric math); SUM takes those that there are.
    const added = queriesOf(alarm).filter(({ Expression = '' }) =>
      /\b[a-z]\w*\s*\+\s*[a-z]\w*\b(?!\()/.test(Expression),
    );

    expect(added).toEqual([]);
  });

  it.each(alarms.filter((one) => watchedBy(one[1]).some(({ name }) => OF_SWEEPS.includes(name))))(
    '%s has a point in each of its periods, also where a sweep is late',
    (_, { Properties }) => {
      expect(Properties.Period).toBeGreaterThanOrEqual(120);
    },
  );

  it.each(alarms)('%s uses each of its metrics, and returns one result', (_, alarm) => {
    const queries = queriesOf(alarm);
    const [watched, ...others] = queries.filter(({ Expression }) => Expression !== undefined);

    expect(others).toEqual([]);
    if (watched?.Expression?.includes('METRICS()')) return;
    for (const { Id, MetricStat } of queries) {
      if (MetricStat) expect([Id, new RegExp(`\\b${Id}\\b`).test(watched?.Expression ?? '')]).toEqual([Id, true]);
    }
  });

  it.each(alarms)('%s says in one sentence what to do first, and leads to an entry of the runbook', (_, alarm) => {
    const link = linkOf(alarm) ?? '';

    expect(descriptionOf(alarm)).toMatch(/^[A-Z][^.!?]*\. \$\{DocumentationUrl\}\/runbook\.md#[a-z-]+$/);
    expect([...entries.keys()]).toContain(link);
    const section = sectionOf(runbook, entries.get(link) ?? '');
    for (const part of ['Means', 'Look', 'Do', 'Over']) {
      expect([link, part, new RegExp(`^\\*\\*${part}:\\*\\* \\S`, 'm').test(section)]).toEqual([link, part, true]);
    }
    expect(section).toContain('```');
  });
});

describe('the comparison with what is emitted', () => {
  const service = { Ref: 'AWS::StackName' };

  it.each<[string, WatchedMetric]>([
    ['a name', { namespace: OWN_NAMESPACE, name: 'MigrationFailed', dimensions: { service } }],
    ['a missing dimension', { namespace: OWN_NAMESPACE, name: 'MigrationsFailed', dimensions: {} }],
    ['one too many', { namespace: OWN_NAMESPACE, name: 'MigrationsFailed', dimensions: { service, code: 'x' } }],
    ['a missing code', { namespace: OWN_NAMESPACE, name: 'CutoversBackedOut', dimensions: { service } }],
    ['another service', { namespace: OWN_NAMESPACE, name: 'MigrationsFailed', dimensions: { service: 'x' } }],
    ['a metric that AWS has not', { namespace: 'AWS/SQS', name: 'MessagesVisible', dimensions: { QueueName: 'q' } }],
    [
      'a dimension that it has not',
      { namespace: 'AWS/SQS', name: 'ApproximateNumberOfMessagesVisible', dimensions: {} },
    ],
  ])('finds %s that is wrong', (_, metric) => {
    expect(whyNoSuch(metric)).toEqual(expect.any(String));
  });

  it('stands on figures that functions tell, each of them', () => {
    const text = shipped
      .filter(({ path }) => path !== 'functions/adapters/figures.ts')
      .map((source) => source.text)
      .join('\n');

    expect(Object.keys(FIGURES).filter((name) => !new RegExp(`\\b${name}:`).test(text))).toEqual([]);
    expect(shipped.find(({ path }) => path === 'functions/adapters/metrics.ts')?.text).toContain(
      `namespace: '${OWN_NAMESPACE}'`,
    );
    expect(template.Globals.Function).toMatchObject({
      Environment: { Variables: { POWERTOOLS_SERVICE_NAME: { Ref: 'AWS::StackName' } } },
    });
  });
});

describe('alarms of throttles', () => {
  const ofThrottles = (name: string) =>
    watchedBy(template.Resources[name] as Resource).map(
      ({ dimensions }) => (dimensions.FunctionName as { Ref: string }).Ref,
    );

  it('watch every function that has concurrency of its own', () => {
    const kept = functions.filter(([, { Properties }]) => 'ReservedConcurrentExecutions' in Properties);

    expect(ofThrottles('SettlingThrottledAlarm').sort()).toEqual(kept.map(([name]) => name).sort());
  });

  it('watch every other function, but those by which one only looks', () => {
    const alarmsOfThrottles = ['SettlingThrottledAlarm', 'TasksThrottledAlarm', 'RequestsThrottledAlarm'];
    const watched = alarmsOfThrottles.flatMap(ofThrottles);

    expect(watched.length).toBe(new Set(watched).size);
    // The API answers 5xx then, and nothing was asked for.
    const look = functions
      .filter(([, { Properties }]) => /"Method":"GET"/.test(JSON.stringify(Properties.Events ?? {})))
      .map(([name]) => name);
    expect(look.length).toBe(3);
    expect(functions.map(([name]) => name).filter((name) => !watched.includes(name))).toEqual(look);
  });
});

describe('the sweep', () => {
  it('is missed before a quarter of an hour is over in which nobody calls it', () => {
    const alarm = template.Resources.SweepMissingAlarm as Resource;

    expect(watchedBy(alarm)).toEqual([
      {
        namespace: 'AWS/Lambda',
        name: 'Invocations',
        dimensions: { FunctionName: { Ref: 'SweepFunction' } },
        stat: 'Sum',
      },
    ]);
    const { Period, EvaluationPeriods, Threshold } = alarm.Properties;
    expect(Number(Period) * Number(EvaluationPeriods)).toBeLessThanOrEqual(900);
    expect(Threshold).toBe(1);
  });
});

describe('the address of the pages', () => {
  const { AllowedPattern, Default } = template.Parameters.DocumentationUrl as unknown as {
    AllowedPattern: string;
    Default: string;
  };
  const whole = new RegExp(`^(?:${AllowedPattern})$`);

  it('is the folder of the repository unless somebody says where it can be read', () => {
    expect(Default).toBe('docs');
    for (const good of ['docs', 'https://git.example/team/elasticache-migrator/-/blob/main/docs'])
      expect([good, whole.test(good)]).toEqual([good, true]);
    const bad = ['', 'http://git.example/docs', 'https://git.example/docs/', 'https://git.example/a b', 'https://x/#a'];
    expect(bad.filter((one) => whole.test(one))).toEqual([]);
  });

  it.each(alarms)('leaves room for it in the description of %s', (_, alarm) => {
    // PutMetricAlarm takes 1,024 characters.
    expect(descriptionOf(alarm).length + 220).toBeLessThan(1024);
  });
});

describe('dead letters', () => {
  it('of each queue have an alarm', () => {
    const watched = alarms.flatMap(([, alarm]) =>
      watchedBy(alarm).flatMap(({ dimensions }) => dimensions.QueueName ?? []),
    );
    const queues = resourcesOf('AWS::SQS::Queue').map(([name]) => ({ 'Fn::GetAtt': [name, 'QueueName'] }));

    expect(queues.length).toBeGreaterThan(1);
    expect(watched).toHaveLength(queues.length);
    expect(watched).toEqual(expect.arrayContaining(queues));
  });
});

describe('docs/observability.md', () => {
  it('has every metric, with its unit and its dimensions', () => {
    const told = tableOf(sectionOf(page, 'Metrics').split('\n### ')[0] ?? '').map(([name, unit, code]) => [
      name,
      unit,
      code,
    ]);

    expect(told).toEqual(
      Object.entries(FIGURES).map(([name, figure]) => [
        name,
        figure.unit,
        'dimension' in figure ? figure.dimension : '–',
      ]),
    );
  });

  it('has every code of a back-out', () => {
    const told = tableOf(sectionOf(page, 'Why a cutover is backed out')).map(([code]) => code);

    expect(told).toEqual([...BACK_OUT_CODES]);
  });

  it('has every alarm, with its entry in the runbook', () => {
    const told = tableOf(sectionOf(page, 'Alarms')).map(([name, link]) => [
      name,
      link?.replace(/^.*\(runbook\.md#|\)$/g, ''),
    ]);

    expect(told).toEqual(alarms.map(([name, alarm]) => [name, linkOf(alarm)]));
  });
});
