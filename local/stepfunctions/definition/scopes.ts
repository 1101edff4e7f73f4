import type { Graph, Machine, State } from './schema.ts';
import { innerGraphs, statesOf } from './walk.ts';

const IDENTIFIER = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;
const LONGEST_NAME = 80;

interface Assignment {
  name: string;
  path: string;
}

const assignmentsOf = (state: State, path: string): Assignment[] => {
  const of = (holder: object, at: string): Assignment[] => {
    const assign = (holder as { Assign?: Record<string, unknown> }).Assign ?? {};
    return Object.keys(assign).map((name) => ({ name, path: `${at}/Assign/${name}` }));
  };
  const caught = 'Catch' in state ? (state.Catch ?? []).flatMap((c, i) => of(c, `${path}/Catch[${i}]`)) : [];
  const chosen = state.Type === 'Choice' ? state.Choices.flatMap((c, i) => of(c, `${path}/Choices[${i}]`)) : [];
  return [...of(state, path), ...caught, ...chosen];
};

const nameFaults = ({ name, path }: Assignment): string[] => {
  if (name === 'states') return [`SCHEMA_VALIDATION_FAILED: The variable name 'states' is reserved at ${path}`];
  return IDENTIFIER.test(name) && name.length <= LONGEST_NAME
    ? []
    : [`SCHEMA_VALIDATION_FAILED: '${name}' is not a variable name at ${path}`];
};

/**
 * A variable lives in the graph that assigns it; states inside a Parallel or a Map read it, but may not assign one of the
 * same name. https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
 */
export const checkScopes = (machine: Machine): string[] => {
  const check = (graph: Graph, path: string, outer: ReadonlySet<string>): string[] => {
    const places = statesOf(graph, path);
    const assignments = places.flatMap((place) => assignmentsOf(place.state, place.path));
    const visible = new Set([...outer, ...assignments.map(({ name }) => name)]);
    return [
      ...assignments.flatMap(nameFaults),
      ...assignments
        .filter(({ name }) => outer.has(name))
        .map(({ name, path: at }) => `SCHEMA_VALIDATION_FAILED: '${name}' is assigned in an outer scope at ${at}`),
      ...places.flatMap((place) =>
        innerGraphs(place.state, place.path).flatMap((inner) => check(inner.graph, inner.path, visible)),
      ),
    ];
  };
  return check(machine, '', new Set());
};
