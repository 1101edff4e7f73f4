import type { AclUser } from '../../preflight/acl-user.ts';

/** @returns what has to be said to ACL SETUSER so that a fenced user may again what it might, and nothing else of it changes */
export const undoing = (before: AclUser, now: AclUser): string[] => {
  const are = now.selectors.map(comparableSelector);
  return [...before.commands, ...before.selectors.filter((one) => !are.includes(comparableSelector(one)))];
};

/** Whether both may the same. What else an operator changed meanwhile, such as a password, is not ours. */
export const mayTheSame = (one: AclUser, other: AclUser): boolean => {
  const others = other.selectors.map(comparableSelector);
  return (
    comparable(one.commands) === comparable(other.commands) &&
    one.selectors.every((selector) => others.includes(comparableSelector(selector)))
  );
};

/** What a user may, in words that are the same after a restart. */
export const rightsOf = ({ commands, selectors }: AclUser): string =>
  [comparable(commands), ...selectors.map(comparableSelector).sort()].join('\n');

const isOfMany = (word: string): boolean => /^[+-]@/.test(word) || /^(all|no)commands$/.test(word);

/**
 * Up to Redis 7.0 ACL LIST makes the words up from what a user may, and tells single commands in the order of a hash table:
 * another one after each restart (measured on 6.2 and 7.0). Where the words stand as it makes them, categories first, the order
 * of the rest says nothing. From 7.2 on they stand as they were set: where a category comes behind a single command, or a
 * command behind its subcommand, the order counts.
 */
const comparable = (words: readonly string[]): string => {
  const first = words.findIndex((word) => !isOfMany(word));
  const single = first === -1 ? [] : words.slice(first);
  const isOrdered = single.some(
    (word, at) => isOfMany(word) || single.slice(0, at).some((one) => one.slice(1).startsWith(`${word.slice(1)}|`)),
  );
  if (isOrdered) return words.join(' ');
  return [...words.slice(0, words.length - single.length), ...single.toSorted()].join(' ');
};

const comparableSelector = (selector: string): string => {
  const words = selector.slice(1, -1).split(' ');
  const commands = words.filter((word) => /^[+-]/.test(word) || isOfMany(word));
  return [...words.filter((word) => !commands.includes(word)), comparable(commands)].join(' ');
};
