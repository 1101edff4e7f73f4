/** More than a request may have of anything, and more than are told of. */
const MOST = 101;

/**
 * A request whose lists are cut where nobody reads on: each element that is wrong costs a look and a violation, and 64 KiB hold
 * 20,000 of them. That a list is too long is for who reads the whole request to say.
 */
export const withoutLongLists = (input: unknown): unknown => {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const long = Object.entries(input).filter(([, value]) => Array.isArray(value) && value.length > MOST);
  return long.length === 0
    ? input
    : { ...input, ...Object.fromEntries(long.map(([name, list]) => [name, list.slice(0, MOST)])) };
};
