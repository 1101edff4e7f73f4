import { createHash } from 'node:crypto';
import { type AclUser, parseUser } from '../../preflight/acl-user.ts';
import { rightsOf } from './acl-rules.ts';

/** 36 bits: enough that no other rules are taken for these by chance, and little beside the rules of thousands of users. */
export const FINGERPRINT_LENGTH = 6;

/**
 * What users may behind a fence, so that it is known again on a server that was started anew. Whoever reads it learns no rule.
 *
 * @param names in the order in which the record has them
 * @returns of each name six characters, one after the other; blanks for one that is not there
 */
export const fingerprintsOf = (names: readonly string[], users: readonly AclUser[]): string => {
  const byName = new Map(users.map((user) => [user.name, user]));
  return names.map((name) => fingerprintOf(byName.get(name))).join('');
};

/** @returns the names of those that may now what they might behind the fence */
export const asFenced = (before: readonly string[], behind: string, now: readonly AclUser[]): string[] => {
  const byName = new Map(now.map((user) => [user.name, user]));
  return before
    .map((line) => parseUser(line).name)
    .filter((name, at) => {
      const user = byName.get(name);
      return user && fingerprintOf(user) === behind.slice(at * FINGERPRINT_LENGTH, (at + 1) * FINGERPRINT_LENGTH);
    });
};

const fingerprintOf = (user: AclUser | undefined): string =>
  user === undefined
    ? ' '.repeat(FINGERPRINT_LENGTH)
    : createHash('sha256').update(rightsOf(user)).digest('base64').slice(0, FINGERPRINT_LENGTH);
