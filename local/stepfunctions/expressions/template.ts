const WHOLE_EXPRESSION = /^\{%([\s\S]*)%\}$/;

/**
 * The JSONata source of a string that is one expression as a whole (`{% … %}`, nothing before or after), else undefined:
 * such a string is a literal. https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export const expressionIn = (text: string): string | undefined => WHOLE_EXPRESSION.exec(text)?.[1]?.trim();

/**
 * Calls `visit` for each expression in a template (any JSON value), with its place as Step Functions writes it:
 * `Output/a/b[0]`.
 */
export const eachExpression = (
  template: unknown,
  place: string,
  visit: (source: string, place: string) => void,
): void => {
  if (typeof template === 'string') {
    const source = expressionIn(template);
    if (source !== undefined) visit(source, place);
  } else if (Array.isArray(template)) {
    template.forEach((item, index) => {
      eachExpression(item, `${place}[${index}]`, visit);
    });
  } else if (typeof template === 'object' && template !== null) {
    for (const [key, value] of Object.entries(template)) eachExpression(value, `${place}/${key}`, visit);
  }
};

const literals = new WeakMap<object, boolean>();

/** Whether a template has no expression in it, so that it is its own value. */
export const isLiteral = (template: unknown): boolean => {
  if (typeof template === 'string') return expressionIn(template) === undefined;
  if (typeof template !== 'object' || template === null) return true;
  const known = literals.get(template);
  if (known !== undefined) return known;
  const literal = Object.values(template).every(isLiteral);
  literals.set(template, literal);
  return literal;
};
