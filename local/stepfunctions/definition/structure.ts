import type { Catcher, Machine, Retrier, State } from './schema.ts';
import { graphsOf, statesOf, transitionsOf } from './walk.ts';

const endings = (state: State, path: string): string[] => {
  if (state.Type === 'Choice' || state.Type === 'Succeed' || state.Type === 'Fail') return [];
  const given = [state.Next, state.End].filter((field) => field !== undefined).length;
  return given === 1 ? [] : [`SCHEMA_VALIDATION_FAILED: Exactly one of [Next, End] is required at ${path}`];
};

const waits = (state: State, path: string): string[] => {
  if (state.Type !== 'Wait') return [];
  const given = [state.Seconds, state.Timestamp].filter((field) => field !== undefined).length;
  return given === 1 ? [] : [`SCHEMA_VALIDATION_FAILED: Exactly one of [Seconds, Timestamp] is required at ${path}`];
};

const wildcards = (handlers: readonly (Retrier | Catcher)[], path: string): string[] =>
  handlers.flatMap(({ ErrorEquals }, i) => {
    if (!ErrorEquals.includes('States.ALL')) return [];
    const at = `${path}[${i}]/ErrorEquals`;
    return [
      ...(ErrorEquals.length > 1 ? [`SCHEMA_VALIDATION_FAILED: States.ALL must be alone at ${at}`] : []),
      ...(i < handlers.length - 1 ? [`SCHEMA_VALIDATION_FAILED: States.ALL must be in the last element at ${at}`] : []),
    ];
  });

const recovery = (state: State, path: string): string[] =>
  'Catch' in state || 'Retry' in state
    ? [...wildcards(state.Retry ?? [], `${path}/Retry`), ...wildcards(state.Catch ?? [], `${path}/Catch`)]
    : [];

const language = (machine: Machine, state: State, path: string): string[] =>
  (machine.QueryLanguage ?? state.QueryLanguage) === 'JSONata'
    ? []
    : [`SCHEMA_VALIDATION_FAILED: The QueryLanguage is JSONPath, which is not implemented: set JSONata at ${path}`];

/** Every state leads somewhere that exists, can be reached, and says how it ends. One diagnostic for each fault. */
export const checkStructure = (machine: Machine): string[] => {
  const faults: string[] = [];
  const seen = new Map<string, string>();
  for (const { path, graph } of graphsOf(machine)) {
    const places = statesOf(graph, path);
    const reached = new Set([graph.StartAt]);
    if (!Object.hasOwn(graph.States, graph.StartAt)) {
      faults.push(`MISSING_TRANSITION_TARGET: Missing 'StartAt' target: ${graph.StartAt} at ${path}/StartAt`);
    }
    for (const place of places) {
      const twin = seen.get(place.name);
      if (twin !== undefined) faults.push(`DUPLICATE_STATE_NAME: ${place.name} is also at ${twin} at ${place.path}`);
      seen.set(place.name, place.path);
      faults.push(...language(machine, place.state, place.path), ...endings(place.state, place.path));
      faults.push(...waits(place.state, place.path), ...recovery(place.state, place.path));
      for (const { target, path: field } of transitionsOf(place.state, place.path)) {
        if (Object.hasOwn(graph.States, target)) reached.add(target);
        else faults.push(`MISSING_TRANSITION_TARGET: Missing target: ${target} at ${field}`);
      }
    }
    for (const { name, path: at } of places) {
      if (!reached.has(name)) faults.push(`MISSING_TRANSITION_TARGET: State "${name}" is not reachable at ${at}`);
    }
    if (!places.some(({ state }) => ends(state))) {
      faults.push(`MISSING_END_STATE: There is no path to an end at ${path}/States`);
    }
  }
  return faults;
};

const ends = (state: State): boolean =>
  state.Type === 'Succeed' || state.Type === 'Fail' || ('End' in state && state.End === true);
