/**
 * `next`, with every part that is equal to `before` taken from there: whoever compares by identity sees what has changed.
 * For what JSON can say.
 */
export const keep = <T>(before: unknown, next: T): T => {
  if (Object.is(before, next)) return next;
  if (Array.isArray(next)) return keepList(before, next) as T;
  if (!isObject(next) || !isObject(before)) return next;
  const names = Object.keys(next);
  const kept = Object.fromEntries(names.map((name) => [name, keep(before[name], next[name])]));
  const same = names.length === Object.keys(before).length && names.every((name) => kept[name] === before[name]);
  return (same ? before : kept) as T;
};

/** Rows are known by their `migrationId`: a new one at the top moves the others, and changes none. */
const keepList = (before: unknown, next: unknown[]): unknown[] => {
  if (!Array.isArray(before)) return next;
  const byId = new Map(before.flatMap((part) => (idOf(part) === undefined ? [] : [[idOf(part), part]])));
  const kept = next.map((part, index) => {
    const id = idOf(part);
    return keep(id === undefined ? before[index] : byId.get(id), part);
  });
  return kept.length === before.length && kept.every((part, index) => part === before[index]) ? before : kept;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const idOf = (part: unknown): unknown => (isObject(part) ? part.migrationId : undefined);
