import type { RouteModel } from '../template/model.ts';

export interface MatchedRoute {
  route: RouteModel;
  /** `POST /migrations/{id}` */
  routeKey: string;
  pathParameters?: Record<string, string>;
}

const segmentsOf = (path: string): string[] => path.split('/').slice(1);

const isParameter = (segment: string): boolean => segment.startsWith('{') && segment.endsWith('}');

/** An escape that is no UTF-8 stays as it was sent. */
const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

const match = (route: RouteModel, method: string, segments: string[]): MatchedRoute | undefined => {
  const template = segmentsOf(route.path);
  if ((route.method !== method && route.method !== 'ANY') || template.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, expected] of template.entries()) {
    const actual = decoded(segments[index] as string);
    if (isParameter(expected) && actual !== '') parameters[expected.slice(1, -1)] = actual;
    else if (expected !== actual) return undefined;
  }
  const routeKey = `${route.method} ${route.path}`;
  return Object.keys(parameters).length > 0 ? { route, routeKey, pathParameters: parameters } : { route, routeKey };
};

const parametersIn = ({ route }: MatchedRoute): number => segmentsOf(route.path).filter(isParameter).length;

/** The most specific route: fewest parameters first, a named method before ANY. */
export const findRoute = (routes: readonly RouteModel[], method: string, path: string): MatchedRoute | undefined =>
  routes
    .map((route) => match(route, method, segmentsOf(path)))
    .filter((found) => found !== undefined)
    .sort(
      (a, b) =>
        parametersIn(a) - parametersIn(b) || Number(a.route.method === 'ANY') - Number(b.route.method === 'ANY'),
    )[0];
