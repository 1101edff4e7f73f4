import { readFileSync } from 'node:fs';
import { FIGURES } from '../functions/adapters/figures.ts';
import { costOf, idleMonth, prices, STAYS } from './cost.ts';
import { quotasOf } from './quotas.ts';

const TEMPLATE = readFileSync(new URL('../template.yaml', import.meta.url), 'utf8');
const countOf = (type: string): number => TEMPLATE.split(`Type: ${type}\n`).length - 1;

const dollars = (usd: number): string => `$${usd < 1 ? usd.toFixed(3) : usd.toFixed(2)}`;
const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** The tables of docs/cost.md. */
export const costTables = (): string => {
  const costs = STAYS.map((stay) => ({ stay, cost: costOf(stay) }));
  const fleet = costs.at(-1)?.cost.total ?? 0;
  const idle = idleMonth(
    countOf('AWS::CloudWatch::Alarm'),
    countOf('AWS::CloudWatch::Dashboard'),
    Object.keys(FIGURES).length,
  );
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
    table(
      ['price', 'USD', 'page'],
      prices.map(({ per, usd, page }) => [per, String(usd.toFixed(10)).replace(/0+$/, '').replace(/\.$/, ''), page]),
    ),
  ].join('\n\n');
};

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
