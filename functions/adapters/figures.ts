import { MetricUnit } from '@aws-lambda-powertools/metrics';

interface Figure {
  unit: (typeof MetricUnit)[keyof typeof MetricUnit];
  /** Besides `service`. Each value is a metric of its own on the bill: none may be a migration's id. */
  dimension?: 'code';
}

const count: Figure = { unit: MetricUnit.Count };
const countByCode: Figure = { unit: MetricUnit.Count, dimension: 'code' };
const milliseconds: Figure = { unit: MetricUnit.Milliseconds };

/**
 * Every metric that the functions emit, in the namespace ElastiCacheMigrator. docs/observability.md says of each what it
 * counts and whether a repeat can count twice.
 */
export const FIGURES = {
  MigrationsAccepted: count,
  MigrationsRefused: countByCode,
  RequestsRefused: countByCode,
  MigrationsInSync: count,
  MigrationsPromoted: count,
  MigrationsCompleted: count,
  MigrationsFailed: count,
  MigrationsAborted: count,
  MigrationsTimedOut: count,
  DryRunsCompleted: count,
  LinksLost: count,
  LinksDown: count,
  LagSeconds: { unit: MetricUnit.Seconds },
  LagBytes: { unit: MetricUnit.Bytes },
  VerificationDifferences: count,
  VerificationsUnknown: count,
  FreezeMs: milliseconds,
  DrainMs: milliseconds,
  OutageMs: milliseconds,
  CutoversBackedOut: countByCode,
  PromotionsInDoubt: count,
  MigrationsInDoubt: count,
  FencesOverdue: count,
  MigrationsStuck: count,
  ElastiCacheThrottles: count,
  InternalErrors: count,
  ColdStarts: count,
} as const satisfies Record<string, Figure>;

export type FigureName = keyof typeof FIGURES;
