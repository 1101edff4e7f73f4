import { describe, expect, it } from 'vitest';
import { textOf } from '../docs/sources.ts';
import { resourcesOf } from './support.ts';
import { type WatchedMetric, whyNoSuch } from './watched.ts';

const alarms = resourcesOf('AWS::CloudWatch::Alarm');
const page = textOf('docs/observability.md');

interface Widget {
  x: number;
  y: number;
  width: number;
  height: number;
  properties: { alarms?: string[]; metrics?: unknown[][] };
}

describe('the dashboard', () => {
  const bodies = resourcesOf('AWS::CloudWatch::Dashboard').map(
    ([, { Properties }]) => (Properties.DashboardBody as { 'Fn::Sub': string })['Fn::Sub'],
  );
  const widgets = bodies.flatMap((body) => (JSON.parse(body) as { widgets: Widget[] }).widgets);
  const metrics = widgets.flatMap(({ properties }) => properties.metrics ?? []);

  it('shows every alarm', () => {
    expect(widgets.flatMap(({ properties }) => properties.alarms ?? []).sort()).toEqual(
      alarms.map(([name]) => `\${${name}.Arn}`).sort(),
    );
  });

  it('shows metrics that are emitted', () => {
    const watched = metrics
      .filter(([first]) => typeof first === 'string')
      .map(([namespace, name, ...rest]): WatchedMetric => {
        const flat = rest.filter((part) => typeof part === 'string');
        const pairs = flat.flatMap((part, at) => (at % 2 === 0 ? [[part, { 'Fn::Sub': flat[at + 1] }]] : []));
        return { namespace, name: String(name), dimensions: Object.fromEntries(pairs) };
      });

    expect(watched.length).toBeGreaterThan(15);
    expect(watched.flatMap((metric) => whyNoSuch(metric) ?? [])).toEqual([]);
  });

  it('searches for metrics that are emitted', () => {
    const searched = metrics.flatMap(([first]) =>
      typeof first === 'object' ? [(first as { expression: string }).expression] : [],
    );

    expect(searched.length).toBeGreaterThan(3);
    for (const expression of searched) {
      const [, namespace, names = '', name = ''] =
        /SEARCH\('\{([^,]+),([^}]+)\}.*MetricName="(\w+)"/.exec(expression) ?? [];
      const dimensions = Object.fromEntries(names.split(',').map((one) => [one, { Ref: 'AWS::StackName' }]));
      expect([expression, whyNoSuch({ namespace, name, dimensions })]).toEqual([expression, undefined]);
    }
  });

  it('has room for each widget', () => {
    for (const { x, width } of widgets) expect(x + width).toBeLessThanOrEqual(24);
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, at) => `${x + (at % width)},${y + Math.floor(at / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});

describe("the query for a migration's story", () => {
  const [[, query] = []] = resourcesOf('AWS::Logs::QueryDefinition');
  const text = String(query?.Properties.QueryString);
  const parameters = (query?.Properties.Parameters ?? []) as { Name: string }[];

  it('asks every log group', () => {
    expect(query?.Properties.LogGroupNames).toEqual(resourcesOf('AWS::Logs::LogGroup').map(([Ref]) => ({ Ref })));
  });

  it('asks by the id that it is given', () => {
    const names = [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);

    expect([...new Set(names)]).toEqual(parameters.map(({ Name }) => Name));
  });

  it('finds the machines in it: they log each state, and nothing of what it carried', () => {
    for (const [, { Properties }] of resourcesOf('AWS::Serverless::StateMachine')) {
      expect(Properties.Logging).toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
    }
  });

  it('is the one that docs/observability.md shows', () => {
    expect(page.replaceAll('\n', ' ')).toContain(
      text.replaceAll('{{migrationId}}', 'test-3f9c2b7a5e1d').replaceAll('\n', ' '),
    );
  });
});
