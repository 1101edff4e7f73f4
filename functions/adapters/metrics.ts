import { Metrics } from '@aws-lambda-powertools/metrics';
import { FIGURES, type FigureName } from './figures.ts';
import { logger, subjectNow } from './logger.ts';

/** The dimension `service` is POWERTOOLS_SERVICE_NAME, the stack's name: each stack's figures are its own. */
const metrics = new Metrics({ namespace: 'ElastiCacheMigrator', logger });

/**
 * Tells figures at once, as a line in CloudWatch's embedded metric format: a function that is killed later has told what it
 * knew. Whom the line is about stands in it as a property, which is found by queries and is no dimension.
 *
 * @param code the dimension of those figures that have one
 */
export const tellFigures = (figures: Partial<Record<FigureName, number | undefined>>, code?: string): void => {
  const known = Object.entries(figures).filter(([, value]) => value !== undefined) as [FigureName, number][];
  if (known.length === 0) return;
  if (code !== undefined) metrics.addDimension('code', code);
  for (const [name, value] of Object.entries(subjectNow())) metrics.addMetadata(name, value);
  for (const [name, value] of known) metrics.addMetric(name, FIGURES[name].unit, value);
  metrics.publishStoredMetrics();
};
