/**
 * A value in the canonical form of RFC 8785 (JCS): names sorted by their UTF-16 code units, no white space, numbers and
 * texts as ECMAScript writes them. Members that are undefined are left out, as JSON leaves them out.
 *
 * @throws TypeError for what has no such form: a number that is not finite, half of a surrogate pair, a function
 */
export const canonicalForm = (value: unknown): string => {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical form`);
    return JSON.stringify(value);
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError(`${JSON.stringify(value)} is no Unicode text`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalForm).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} has no canonical form`);
  // Texts are compared by code units, as the RFC wants it; an object would put names that look like numbers first.
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${canonicalForm(name)}:${canonicalForm(member)}`);
  return `{${members.join(',')}}`;
};
