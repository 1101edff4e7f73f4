import { FIGURES } from '../functions/adapters/figures.ts';
import { logBytes, usd } from './cost.ts';
import { type Product, readProduct } from './product.ts';

/** As AWS counts it. */
const HOURS_A_MONTH = 730;
const SWEEPS_A_MONTH = HOURS_A_MONTH * 60;

/** What the sweep tells each minute, and what each process tells when it begins. */
const TOLD_WHILE_IDLE = ['FencesOverdue', 'MigrationsStuck', 'ColdStarts'] as const satisfies (keyof typeof FIGURES)[];

/** Metrics of our own that are told where all goes on: each figure once, with one code where it has one; and `FunctionsKilled`. */
export const METRICS = Object.keys(FIGURES).length + 1;

/** What is paid by the month. */
export interface Standing {
  alarms: number;
  /** Of all alarms together: one that calculates pays for each metric that it reads. */
  alarmMetrics: number;
  dashboards: number;
}

export interface Item {
  what: string;
  usd: number;
}

export const alarmsUsd = ({ alarmMetrics }: Standing): number => alarmMetrics * usd('alarm');
export const metricsUsd = (metrics: number): number => metrics * usd('metric');
/** An interface endpoint in so many availability zones, a month. */
export const endpointUsd = (zones: number): number => zones * HOURS_A_MONTH * usd('endpoint');

/** What a stack costs in a month in which nothing migrates. */
export const idleMonth = (standing: Standing, product: Product = readProduct()): Item[] => {
  const gb = (product.memoryMb.get('SweepFunction') ?? 0) / 1024;
  const { alarms, alarmMetrics, dashboards } = standing;
  return [
    {
      what: 'the sweeper, each minute: Lambda',
      usd: SWEEPS_A_MONTH * (gb * 0.3 * usd('gbSecond') + usd('invocation')),
    },
    { what: 'the sweeper: DynamoDB', usd: SWEEPS_A_MONTH * ((4 * 0.5 + 1) * usd('read') + usd('write')) },
    {
      what: 'the sweeper: logs and traces',
      usd: SWEEPS_A_MONTH * ((logBytes(1, 0, 0) / 1e9) * usd('logGb') + 0.05 * usd('trace')),
    },
    { what: `alarms (${alarms}, of ${alarmMetrics} metrics)`, usd: alarmsUsd(standing) },
    { what: `metrics of its own (${TOLD_WHILE_IDLE.length})`, usd: metricsUsd(TOLD_WHILE_IDLE.length) },
    { what: `dashboard (${dashboards}), beyond the first three of the account`, usd: dashboards * usd('dashboard') },
    { what: 'a key of KMS, where certificates are signed or names of keys are hidden', usd: usd('key') },
  ];
};

/** What it needs of a VPC that has no NAT gateway: the endpoint, and when. */
export const ENDPOINTS = [
  { service: 'elasticache', when: 'always' },
  { service: 'kms', when: 'where certificates are signed or names of keys are hidden' },
  { service: 'secretsmanager', when: 'where the source has credentials' },
];
