import { type AclUser, parseUser } from '../../preflight/acl-user.ts';
import { isAtLeast } from '../../preflight/engine.ts';
import { bytesIn, listIn } from '../../preflight/gather/replies.ts';
import { notedOf } from '../../preflight/gather/source-rules.ts';
import type { Command, Reply, Session } from '../../preflight/ports.ts';
import { mayTheSame, undoing } from './acl-rules.ts';
import { carryOut } from './ask.ts';
import { FenceFailed } from './fence-failed.ts';

const LIST = ['ACL', 'LIST'];

/** What a fence has to know of the server that is fenced. */
export interface Fencing {
  version: string;
  /** Commands that write, and are not of the category `write`. */
  uncategorised: readonly string[];
}

/**
 * No command that writes or publishes. From 7.0 on, there are sharded channels, and selectors, each of which could allow
 * what the user's own rules forbid.
 */
const fencing = (name: string, { version, uncategorised }: Fencing): Command =>
  settingUser(name, [
    ...(isAtLeast(version, '7.0') ? ['clearselectors'] : []),
    '-@write',
    ...uncategorised.map((command) => `-${command}`),
    '-publish',
    ...(isAtLeast(version, '7.0') ? ['-spublish'] : []),
  ]);

/**
 * Names and patterns are bytes, and need not be UTF-8: each is a character here. Read as text, a name could become that of
 * another user, who would be fenced instead.
 */
const BYTES = 'latin1';
const settingUser = (name: string, rules: readonly string[]): Command => [
  'ACL',
  'SETUSER',
  ...[name, ...rules].map((word) => Buffer.from(word, BYTES)),
];
/** Names that are a character a byte, for a sentence. */
export const shownNames = (names: readonly string[]): string => Buffer.from(names.join(', '), BYTES).toString();

/**
 * @returns of each user the name and what it may, as ACL LIST tells it, a character a byte: no password and no hash of one leaves the server
 * @throws FenceFailed, SessionLost
 */
export const readUsers = async (session: Session): Promise<string[]> => (await listUsers(session)).map(notedOf);

/** @throws FenceFailed, SessionLost */
export const listUsers = async (session: Session): Promise<AclUser[]> => {
  const [reply] = await carryOut(session, [LIST]);
  return usersIn(reply).map(parseUser);
};

/** A line a user, a character a byte, without the word `user`. @throws Unread */
export const usersIn = (reply: Reply | undefined): string[] =>
  listIn(reply, 'ACL LIST').map((line) =>
    bytesIn(line, 'ACL LIST')
      .toString(BYTES)
      .replace(/^user /, ''),
  );

/**
 * Forbids writes to every user. A user whose old rules nobody has noted is not fenced: nobody could undo it.
 *
 * @param before as `readUsers` read them
 * @returns the users as they are behind it
 * @throws FenceFailed a rule was refused, or did not hold, or there are other users than before; SessionLost
 */
export const fenceUsers = async (session: Session, before: readonly string[], server: Fencing): Promise<AclUser[]> => {
  const names = before.map((line) => parseUser(line).name);
  const set = names.map((name) => fencing(name, server));
  const once = usersIn((await carryOut(session, [...set, LIST])).at(-1));
  const unknown = once.map((line) => parseUser(line).name).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new FenceFailed(`users were added to the source meanwhile: ${shownNames(unknown)}`);
  // Who is fenced is not changed by being fenced again: that is how it is read back, whatever words a version has for it.
  const twice = usersIn((await carryOut(session, [...set, LIST])).at(-1));
  const changed = twice.filter((line) => !once.includes(line)).map((line) => parseUser(line).name);
  if (changed.length > 0) throw new FenceFailed(`rules of users were changed meanwhile: ${shownNames(changed)}`);
  return twice.map(parseUser);
};

/**
 * Gives back to each user the commands and selectors that it had. Users that are gone by now, or new, are left alone, and so
 * is what a fence never touches: passwords, keys, channels.
 *
 * @throws FenceFailed a rule was refused, or is not what it was; SessionLost
 */
export const restoreUsers = async (session: Session, before: readonly string[]): Promise<void> => {
  const now = byName(await listUsers(session));
  const wanted = before.map(parseUser).filter((user) => {
    const is = now.get(user.name);
    // Who may ACL LIST need not be allowed ACL SETUSER, and then has fenced nobody.
    return is && !mayTheSame(user, is);
  });
  const set = wanted.map((user) => settingUser(user.name, undoing(user, now.get(user.name) as AclUser)));
  const after = byName(usersIn((await carryOut(session, [...set, LIST])).at(-1)).map(parseUser));
  const wrong = wanted.filter((user) => {
    const is = after.get(user.name);
    return is && !mayTheSame(user, is);
  });
  if (wrong.length > 0)
    throw new FenceFailed(`rules of users are not what they were: ${shownNames(wrong.map(({ name }) => name))}`);
};

const byName = (users: readonly AclUser[]): Map<string, AclUser> => new Map(users.map((user) => [user.name, user]));
