import jsonata from 'jsonata';
import type { LibraryFunction } from './functions.ts';
import { lookUp, plainPath } from './plain-path.ts';

export interface Evaluator {
  /**
   * @param source JSONata, without the `{% %}`
   * @param variables `$name` for each enumerable property, inherited ones included
   * @returns what the engine returned, undefined included: copy it before it is kept
   * @throws what the engine throws: `{code, message}`
   */
  evaluate(source: string, variables: object): Promise<unknown>;
}

interface Compiled {
  path: readonly string[] | undefined;
  expression: jsonata.Expression;
}

/** Compiles each source once, however many executions evaluate it. */
export const createEvaluator = (library: Record<string, LibraryFunction>): Evaluator => {
  const cache = new Map<string, Compiled>();
  const compile = (source: string): Compiled => {
    const expression = jsonata(source);
    for (const [name, { run, signature }] of Object.entries(library)) {
      expression.registerFunction(name, run as (...args: unknown[]) => unknown, signature);
    }
    const compiled = { path: plainPath(source), expression };
    cache.set(source, compiled);
    return compiled;
  };
  return {
    async evaluate(source, variables) {
      const { path, expression } = cache.get(source) ?? compile(source);
      const found = path === undefined ? undefined : lookUp(path, variables);
      // There is no context item: `undefined` is what Step Functions evaluates against.
      return found ?? expression.evaluate(undefined, variables as Record<string, unknown>);
    },
  };
};

/** What the engine throws is a plain object with a message, not always an Error. */
export const engineMessage = (thrown: unknown): string => {
  const { code, message } = (thrown ?? {}) as { code?: string; message?: string };
  return code === undefined ? (message ?? String(thrown)) : `${code}: ${message ?? ''}`;
};
