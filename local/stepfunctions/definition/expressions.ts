import jsonata from 'jsonata';
import { engineMessage } from '../expressions/evaluator.ts';
import { forbiddenReferences } from '../expressions/references.ts';
import { eachExpression } from '../expressions/template.ts';
import type { Machine, State } from './schema.ts';
import { graphsOf, statesOf } from './walk.ts';

/** Fields that see `$states.result`; a Catch's see `$states.errorOutput` instead. */
const AFTER_RESULT = ['Assign', 'Output'];
const WITH_RESULT = new Set<State['Type']>(['Task', 'Parallel', 'Map']);
const INNER = new Set(['Branches', 'ItemProcessor']);

type Visible = 'result' | 'errorOutput' | undefined;

/** By the field's kind and the source. A process that makes the same machines again and again would parse for seconds. */
const known = new Map<string, readonly string[]>();

/** What is wrong with an expression, wherever it stands. */
const faultsOf = (source: string, visible: Visible): readonly string[] => {
  const key = `${visible}:${source}`;
  const before = known.get(key);
  if (before) return before;
  const found = judge(source, visible);
  known.set(key, found);
  return found;
};

const judge = (source: string, visible: Visible): string[] => {
  try {
    const tree = jsonata(source).ast();
    return forbiddenReferences(tree, visible).map((why) => `UNSUPPORTED_JSONATA_EXPRESSION: ${why}`);
  } catch (thrown) {
    return [`INVALID_JSONATA_EXPRESSION: ${engineMessage(thrown)}`];
  }
};

const check = (template: unknown, path: string, visible: Visible): string[] => {
  const faults: string[] = [];
  eachExpression(template, path, (source, at) => {
    faults.push(...faultsOf(source, visible).map((fault) => `${fault} at ${at}`));
  });
  return faults;
};

const checkState = (state: State, path: string): string[] =>
  Object.entries(state).flatMap(([field, value]) => {
    if (INNER.has(field)) return [];
    if (field === 'Catch') {
      return (value as unknown[]).flatMap((catcher, i) => check(catcher, `${path}/Catch[${i}]`, 'errorOutput'));
    }
    const visible = WITH_RESULT.has(state.Type) && AFTER_RESULT.includes(field) ? 'result' : undefined;
    return check(value, `${path}/${field}`, visible);
  });

/** Every JSONata expression of a machine parses and refers to nothing that Step Functions does not offer at its place. */
export const checkExpressions = (machine: Machine): string[] =>
  [...graphsOf(machine)].flatMap(({ graph, path }) =>
    statesOf(graph, path).flatMap((place) => checkState(place.state, place.path)),
  );
