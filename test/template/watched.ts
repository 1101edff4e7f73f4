import { FIGURES, type FigureName } from '../../functions/adapters/figures.ts';
import { AWS_METRICS } from './aws-metrics.ts';
import { resourcesOf } from './support.ts';

/** A metric as an alarm or a widget names it; what a dimension is held to stays as the template writes it. */
export interface WatchedMetric {
  namespace: unknown;
  name: string;
  dimensions: Record<string, unknown>;
}

export const OWN_NAMESPACE = 'ElastiCacheMigrator';
/** As alarms say it, and as the dashboard does, whose body is one text. */
const STACK = ['{"Ref":"AWS::StackName"}', '{"Fn::Sub":"$' + '{AWS::StackName}"}'];

interface Transformation {
  MetricNamespace: unknown;
  MetricName: string;
}

/** What filters of logs make, as `namespace name`. */
const filtered = resourcesOf('AWS::Logs::MetricFilter').flatMap(([, { Properties }]) =>
  (Properties.MetricTransformations as Transformation[]).map(
    ({ MetricNamespace, MetricName }) => `${JSON.stringify(MetricNamespace)} ${MetricName}`,
  ),
);

/** Why there will never be such a metric; undefined when there is one. */
export const whyNoSuch = ({ namespace, name, dimensions }: WatchedMetric): string | undefined => {
  const given = Object.keys(dimensions).sort().join(',');
  if (namespace === OWN_NAMESPACE) {
    if (!(name in FIGURES)) return `no function emits ${name}`;
    const wanted = ['service', ...('dimension' in FIGURES[name as FigureName] ? ['code'] : [])].sort().join(',');
    if (given !== wanted) return `${name} has the dimensions ${wanted}, and not ${given}`;
    return STACK.includes(JSON.stringify(dimensions.service)) ? undefined : `${name} is of another service`;
  }
  if (filtered.includes(`${JSON.stringify(namespace)} ${name}`)) return given === '' ? undefined : `${name} has none`;
  const documented = AWS_METRICS[`${namespace} ${name}`];
  if (!documented) return `AWS documents no ${namespace} ${name}`;
  const sets = documented.dimensions.map((names) => names.toSorted().join(','));
  return sets.includes(given) ? undefined : `${name} has the dimensions ${sets.join(' or ')}, and not ${given}`;
};
