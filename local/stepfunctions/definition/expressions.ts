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

const check = (template: unknown, path: string, visible: Visible): string[] => {
  const faults: string[] = [];
  eachExpression(template, path, (source, at) => {
    try {
      const tree = jsonata(source).ast();
      faults.push(
        ...forbiddenReferences(tree, visible).map((why) => `UNSUPPORTED_JSONATA_EXPRESSION: ${why} at ${at}`),
      );
    } catch (thrown) {
      faults.push(`INVALID_JSONATA_EXPRESSION: ${engineMessage(thrown)} at ${at}`);
    }
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
