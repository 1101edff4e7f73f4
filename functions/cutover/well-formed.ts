/**
 * The same value, with each half of a surrogate pair as U+FFFD: what was accepted before texts were looked at where they come
 * in may hold some, and has no canonical form.
 */
export const wellFormed = <T>(value: T): T => {
  if (typeof value === 'string') return value.toWellFormed() as T;
  if (Array.isArray(value)) return value.map(wellFormed) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, wellFormed(member)])) as T;
};
