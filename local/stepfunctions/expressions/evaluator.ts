import jsonata from 'jsonata';

export interface Evaluator {
  /**
   * @param source JSONata, without the `{% %}`
   * @param variables `$name` for each enumerable property, inherited ones included
   * @returns what the engine returned, undefined included: copy it before it is kept
   * @throws what the engine throws: `{code, message}`
   */
  evaluate(source: string, variables: object): Promise<unknown>;
}

/** Compiles each source once, however many executions evaluate it. */
export const createEvaluator = (library: Record<string, (...args: unknown[]) => unknown>): Evaluator => {
  const compiled = new Map<string, jsonata.Expression>();
  const compile = (source: string): jsonata.Expression => {
    const expression = jsonata(source);
    for (const [name, run] of Object.entries(library)) expression.registerFunction(name, run);
    compiled.set(source, expression);
    return expression;
  };
  return {
    evaluate: (source, variables) =>
      // A fresh array of no elements would be a context; undefined is none, as in Step Functions.
      (compiled.get(source) ?? compile(source)).evaluate(undefined, variables as Record<string, unknown>),
  };
};

/** What the engine throws is a plain object with a message, not always an Error. */
export const engineMessage = (thrown: unknown): string => {
  const { code, message } = (thrown ?? {}) as { code?: string; message?: string };
  return code === undefined ? (message ?? String(thrown)) : `${code}: ${message ?? ''}`;
};
