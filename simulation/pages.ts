import { readFileSync } from 'node:fs';
import { parseTemplate } from '../local/template/yaml.ts';
import { costOf, prices, STAYS } from './cost.ts';
import { ENDPOINTS, endpointUsd, idleMonth, METRICS, metricsUsd, type Standing } from './idle-cost.ts';
import { quotasOf } from './quotas.ts';

interface Resource {
  Type: string;
  Properties: { Metrics?: { MetricStat?: object }[] };
}

/** What the template makes that is paid by the month. */
export const standing = (): Standing => {
  const text = readFileSync(new URL('../template.yaml', import.meta.url), 'utf8');
  const { Resources } = parseTemplate(text, 'template.yaml') as { Resources: Record<string, Resource> };
  const of = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type);
  const alarms = of('AWS::CloudWatch::Alarm');
  return {
    alarms: alarms.length,
    // One without a list has its one metric among its properties.
    alarmMetrics: alarms
      .map(({ Properties: { Metrics } }) => Metrics?.filter(({ MetricStat }) => MetricStat).length ?? 1)
      .reduce((sum, count) => sum + count, 0),
    dashboards: of('AWS::CloudWatch::Dashboard').length,
  };
};

export const dollars = (usd: number): string => `$${usd < 1 ? usd.toFixed(3) : usd.toFixed(2)}`;
const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** The tables of docs/cost.md. */
export const costTables = (): string => {
  const costs = STAYS.map((stay) => ({ stay, cost: costOf(stay) }));
  const fleet = costs.at(-1)?.cost.total ?? 0;
  const idle = idleMonth(standing());
  return [
    table(
      [
        'one migration',
        'state transitions',
        'Step Functions',
        'Lambda',
        'DynamoDB',
        'events, API, logs, traces, KMS',
        'together',
      ],
      costs.map(({ stay, cost }) => [
        stay.what,
        cost.transitions.toLocaleString('en-US'),
        dollars(cost.transitions * 0.000025),
        dollars(cost.lambda),
        dollars(cost.dynamodb),
        dollars(cost.others),
        `**${dollars(cost.total)}**`,
      ]),
    ),
    `A fleet of 1,000 of the last row: **$${Math.round(fleet * 1000).toLocaleString('en-US')}**.`,
    table(
      ['a month in which nothing migrates', 'at the most'],
      [
        ...idle.map(({ what, usd }) => [what, dollars(usd)]),
        ['together', `**${dollars(idle.reduce((sum, { usd }) => sum + usd, 0))}**`],
      ],
    ),
    `Where migrations go on all the time, ${METRICS} metrics of its own are told, ${dollars(metricsUsd(METRICS))}, and one more, ${dollars(metricsUsd(1))}, for each further code of what is refused or backed out.`,
    table(
      ['interface endpoint, in a VPC without a NAT gateway', 'in one zone', 'in two', 'in three'],
      [
        ...ENDPOINTS.map(({ service, when }) => [`\`${service}\`, ${when}`, ...inZones(1)]),
        ['all of them', ...inZones(ENDPOINTS.length)],
      ],
    ),
    table(
      ['price', 'USD', 'page'],
      prices.map(({ per, usd, page }) => [per, String(usd.toFixed(10)).replace(/0+$/, '').replace(/\.$/, ''), page]),
    ),
  ].join('\n\n');
};

/** So many endpoints in one, two and three zones. */
const inZones = (endpoints: number): string[] => [1, 2, 3].map((zones) => dollars(endpoints * endpointUsd(zones)));

const figure = ({ bucket, perSecond, count }: { bucket?: number; perSecond?: number; count?: number }): string =>
  count === undefined
    ? `${perSecond?.toLocaleString('en-US')} a second, bucket of ${bucket?.toLocaleString('en-US')}`
    : `${count.toLocaleString('en-US')} at once`;

/** The table of AWS's quotas in docs/limits.md. */
export const quotaTable = (): string =>
  table(
    ['quota', 'default', 'in smaller Regions', 'what to ask for', 'page'],
    quotasOf('default').map((quota) => [
      `${quota.what}${quota.known ? '' : ' **[?]**'}`,
      figure(quota),
      quota.other ? figure(quota.other) : 'the same',
      quota.raise,
      quota.page,
    ]),
  );

if (process.argv.includes('--print')) console.log(`${costTables()}\n\n${quotaTable()}`);
