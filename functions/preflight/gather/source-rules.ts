import type { Clock } from '../../replication/ports.ts';
import type { AclUser } from '../acl-user.ts';
import { isAtLeast } from '../engine.ts';
import type { SourceRules } from '../facts.ts';
import { type Reply, Unread } from '../ports.ts';
import type { Line } from './lines.ts';
import { fieldsIn, listIn, textIn } from './replies.ts';

/*
 * ACL LIST of many users holds a server up: 0.7 ms a user whose commands it tells one by one, and 5 ms one with 45 selectors
 * (measured on 7.0). The preflight asks for some users, one after the other.
 */
const MOST_USERS = 40;
const LONGEST_MS = 200;
const GETUSER = 'ACL GETUSER';
/** Channels came with 6.2, databases with Valkey 9.1, which says nothing of all of them in its list. */
const LIMITS = ['keys', 'channels', 'databases'];

/**
 * @param users as ACL USERS tells them; `characters` is an estimate where they are many
 * @param version as Redis counts; undefined when it is not known
 * @throws Unread
 */
export const rulesOf = async (
  line: Line,
  users: readonly string[],
  version: string | undefined,
  clock: Clock,
): Promise<SourceRules> => {
  const untilMs = clock.now() + LONGEST_MS;
  const every = Math.ceil(users.length / MOST_USERS);
  const others = users.filter((name, at) => at % every === 0 && name !== 'default');
  const defaultUser = await userOf(line, 'default');
  const read = defaultUser ? [defaultUser] : [];
  for (const name of others) {
    if (clock.now() >= untilMs) break;
    // Gone meanwhile, or of a name that is no text.
    const user = await userOf(line, name);
    if (user) read.push(user);
  }
  if (read.length === 0) throw new Unread(`${GETUSER} knows no user`);
  const characters = JSON.stringify(read.map(notedOf)).length;
  return {
    characters: Math.ceil((characters * users.length) / read.length),
    defaultUser: defaultUserOf(defaultUser, version),
  };
};

/** As ACL LIST would tell it, without passwords. @throws Unread */
const userOf = async (line: Line, name: string): Promise<AclUser | undefined> => {
  const reply = await line.ask('ACL', 'GETUSER', name);
  if (reply === null) return undefined;
  const fields = fieldsIn(reply, GETUSER);
  const flags = listIn(fields.get('flags'), GETUSER).map((flag) => textIn(flag, GETUSER));
  const selectors = fields.has('selectors') ? listIn(fields.get('selectors'), GETUSER) : [];
  return {
    name,
    others: [...flags, ...LIMITS.flatMap((limit) => (fields.has(limit) ? wordsIn(fields.get(limit)) : []))],
    commands: wordsIn(fields.get('commands')),
    selectors: selectors.map(selectorOf),
  };
};

/** @throws Unread */
const selectorOf = (reply: Reply): string => {
  const words = [...fieldsIn(reply, GETUSER).values()].flatMap(wordsIn).filter((word) => word !== 'alldbs');
  return `(${[...(words.includes('&*') ? [] : ['resetchannels']), ...words].join(' ')})`;
};

/** Before 7.0 keys and channels are lists. @throws Unread */
const wordsIn = (reply: Reply | undefined): string[] =>
  (Array.isArray(reply) ? reply : [reply])
    .flatMap((one) => textIn(one, GETUSER).split(' '))
    .filter((word) => word !== '');

/** What a fence has to know of a user to give it back what it may: no password, and no hash of one. */
export const notedOf = ({ name, commands, selectors }: AclUser): string => [name, ...commands, ...selectors].join(' ');

const PLAIN = /^(on|nopass|sanitize-payload|~\*|allkeys|&\*|allchannels|alldbs|allcommands|#[0-9a-f]{64})$/;

/**
 * What the user `default` says of where it was declared (measured: 7.0 tells `sanitize-payload` of one that a file declares,
 * and of no other; 7.2 to 8.2 tell it of every user, Valkey 9.1 of none).
 */
export const defaultUserOf = (user: AclUser | undefined, version: string | undefined): SourceRules['defaultUser'] => {
  const isPlain =
    user?.selectors.length === 0 &&
    user.commands.join(' ') === '+@all' &&
    user.others.includes('on') &&
    user.others.every((word) => PLAIN.test(word));
  if (!isPlain) return 'changed';
  const tellsApart = version !== undefined && !isAtLeast(version, '7.2');
  return tellsApart && user.others.includes('sanitize-payload') ? 'declared' : 'plain';
};
