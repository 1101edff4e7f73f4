import type { Graph, Machine, State } from './schema.ts';

interface Place {
  /** `/States/Copy/Branches[0]/States/Read`, as the API's diagnostics write it */
  path: string;
  name: string;
  state: State;
  graph: Graph;
}

/** The graphs directly inside a state, each with its path from the state's own. */
export const innerGraphs = (state: State, path: string): { path: string; graph: Graph }[] => {
  if (state.Type === 'Parallel') return state.Branches.map((graph, i) => ({ path: `${path}/Branches[${i}]`, graph }));
  if (state.Type === 'Map') return [{ path: `${path}/ItemProcessor`, graph: state.ItemProcessor }];
  return [];
};

/** Each graph of a machine, the outermost first. */
export function* graphsOf(machine: Machine): Generator<{ path: string; graph: Graph }> {
  const open: { path: string; graph: Graph }[] = [{ path: '', graph: machine }];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    yield next;
    for (const place of statesOf(next.graph, next.path)) open.push(...innerGraphs(place.state, place.path));
  }
}

/** The states of one graph, not those inside of them. */
export const statesOf = (graph: Graph, path: string): Place[] =>
  Object.entries(graph.States).map(([name, state]) => ({ path: `${path}/States/${name}`, name, state, graph }));

/** Where a state may lead, with the path of the field that says so. */
export const transitionsOf = (state: State, path: string): { path: string; target: string }[] => {
  const to = (field: string, target: string | undefined) =>
    target === undefined ? [] : [{ path: `${path}/${field}`, target }];
  const next = 'Next' in state ? to('Next', state.Next) : [];
  const caught = 'Catch' in state ? (state.Catch ?? []).flatMap((c, i) => to(`Catch[${i}]/Next`, c.Next)) : [];
  const chosen =
    state.Type === 'Choice'
      ? [...state.Choices.flatMap((c, i) => to(`Choices[${i}]/Next`, c.Next)), ...to('Default', state.Default)]
      : [];
  return [...next, ...caught, ...chosen];
};
