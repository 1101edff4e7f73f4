const PLAIN_PATH = /^\$([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)*)$/;

/** Names that the grammar gives another meaning within a path. */
const OPERATORS = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function']);

/** The names of `$states.input.a` and its like, from the variable on; undefined for any other expression. */
export const plainPath = (source: string): readonly string[] | undefined => {
  const [, variable, members] = PLAIN_PATH.exec(source) ?? [];
  if (variable === undefined || members === undefined) return undefined;
  const names = [variable, ...members.split('.').slice(1)];
  return names.some((name) => OPERATORS.has(name)) ? undefined : names;
};

/**
 * Looks such a path up. Most expressions of a state machine are one, and asking the engine costs fifty times as much.
 *
 * @returns undefined where JSONata's own rules matter (an array on the way or at the end, nothing there): ask the engine then
 */
export const lookUp = (path: readonly string[], variables: object): unknown => {
  let value: unknown = variables;
  for (const [i, name] of path.entries()) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    // Variables of outer scopes are inherited, members of values never.
    if (i > 0 && !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return Array.isArray(value) ? undefined : value;
};
