/** A node of JSONata's syntax tree, as far as it is looked at here. */
interface Node {
  type?: string;
  value?: unknown;
  steps?: Node[];
}

/** Fields of a node whose expressions have a context item of their own, so that bare names in them are legal. */
const WITH_CONTEXT = new Set(['stages', 'predicate', 'group', 'terms', 'pattern', 'update', 'delete']);

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

const variable = (node: Node, context: boolean): string[] => {
  if (node.value === 'eval') return ["Function 'eval' is not supported, use $parse"];
  if (node.value === '$') return ["Reference to '$$' is not supported."];
  if (node.value === '' && !context) return ["Reference to '$' at the top level is not supported."];
  return [];
};

/** `$states.result` is only there after a result, `$states.errorOutput` only in a Catch. */
const reserved = (steps: readonly Node[], visible: string | undefined): string[] => {
  const [first, second] = steps;
  if (first?.type !== 'variable' || first.value !== 'states') return [];
  const field = String(second?.value);
  const conditional = field === 'result' || field === 'errorOutput';
  return conditional && field !== visible ? [`Reference to '$states.${field}' is not supported in this field.`] : [];
};

/**
 * What an expression refers to in vain: Step Functions evaluates without a context item, so that neither `$`, `$$` nor a
 * bare name means anything at the top level, and it has no `$eval`.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 *
 * @param visible the conditional member of `$states` that exists where the expression stands
 * @returns one sentence for each
 */
export const forbiddenReferences = (tree: unknown, visible: 'result' | 'errorOutput' | undefined): string[] => {
  const visit = (node: unknown, context: boolean): string[] => {
    if (Array.isArray(node)) return node.flatMap((item) => visit(item, context));
    if (!isNode(node)) return [];
    if (node.type === 'variable') return [...variable(node, context), ...children(node, context)];
    if (node.type === 'name' && !context) {
      return [`Reference to '${node.value}' at the top level is not supported.`, ...children(node, context)];
    }
    if (node.type === 'path' && node.steps !== undefined) {
      const [first, ...rest] = node.steps;
      const { steps: _, ...others } = node;
      return [
        ...reserved(node.steps, visible),
        ...visit(first, context),
        ...visit(rest, true),
        ...children(others, context),
      ];
    }
    return children(node, context);
  };
  const children = (node: Node, context: boolean): string[] =>
    Object.entries(node).flatMap(([key, value]) => visit(value, context || WITH_CONTEXT.has(key)));
  return [...new Set(visit(tree, false))];
};
