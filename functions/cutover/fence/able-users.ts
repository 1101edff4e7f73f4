import type { AclUser } from '../../preflight/acl-user.ts';
import { listIn, textIn } from '../../preflight/gather/replies.ts';
import { Refused, type Session } from '../../preflight/ports.ts';
import { readWriting } from '../write-calls.ts';
import { listUsers } from './acl-fence.ts';

/** What a fence takes away beside the commands that write; the second came with 7.0. */
const PUBLISHING = ['publish', 'spublish'];

/**
 * Who may write or publish now, by the rules that ACL LIST tells: they are gone through as a server does it, one after the
 * other, since each version tells the same rights in other words. Users that are off are left out.
 *
 * @returns names, a character a byte
 * @throws FenceFailed, Unread
 */
export const readAbleUsers = async (session: Session): Promise<string[]> => {
  const users = (await listUsers(session)).filter(({ others }) => !others.includes('off'));
  const sets = users.map((user) => ({ user, rules: [user.commands, ...user.selectors.map(wordsOf)] }));
  const told = sets.flatMap(({ rules }) => rules.flat().flatMap(categoryOf));
  const categories = await readCategories(session, new Set(['pubsub', ...told]));
  const taken = await readTaken(session, categories);
  const may = (rules: readonly string[]) => allowed(rules, taken, categories).size > 0;
  return sets
    .filter(({ rules }) => rules.some(may))
    .map(({ user }) => user.name)
    .sort();
};

/** What users may by their rules, over every command that a server tells, in small letters. */
export interface Rights {
  /** What a fence takes away: commands that write or publish. */
  taken: ReadonlySet<string>;
  /** By the rules of the user's own, which a fence leaves. */
  own(user: AclUser): ReadonlySet<string>;
  /** By its selectors, too. */
  all(user: AclUser): ReadonlySet<string>;
}

/** @throws Unread */
export const readRights = async (session: Session): Promise<Rights> => {
  const names = listIn(await session.ask('ACL', 'CAT'), 'ACL CAT').map((name) => textIn(name, 'ACL CAT'));
  const categories = await readCategories(session, new Set(names));
  const taken = await readTaken(session, categories);
  const every = new Set([...taken, ...[...categories.values()].flatMap((commands) => [...commands])]);
  const own = ({ commands }: AclUser) => allowed(commands, every, categories);
  const all = (user: AclUser) =>
    new Set([user.commands, ...user.selectors.map(wordsOf)].flatMap((rules) => [...allowed(rules, every, categories)]));
  return { taken, own, all };
};

/** @param categories pubsub among them */
const readTaken = async (session: Session, categories: Categories): Promise<ReadonlySet<string>> =>
  new Set([...(await readWriting(session)), ...PUBLISHING.filter((name) => categories.get('pubsub')?.has(name))]);

type Categories = ReadonlyMap<string, ReadonlySet<string>>;

const wordsOf = (selector: AclUser['selectors'][number]): string[] => selector.slice(1, -1).split(' ');

const categoryOf = (word: string): string[] => {
  const [, name] = /^[+-]@(.+)$/.exec(word) ?? [];
  return name === undefined || name === 'all' ? [] : [name];
};

const readCategories = async (
  session: Session,
  names: ReadonlySet<string>,
): Promise<Map<string, ReadonlySet<string>>> => {
  const replies = await session.askAll([...names].map((name) => ['ACL', 'CAT', name]));
  return new Map(
    [...names].map((name, at) => {
      const reply = replies[at] ?? null;
      if (reply instanceof Refused) throw reply;
      return [name, new Set(listIn(reply, 'ACL CAT').map((command) => textIn(command, 'ACL CAT').toLowerCase()))];
    }),
  );
};

/** @returns those of the commands that the rules allow; a rule about a container is about its subcommands */
const allowed = (
  rules: readonly string[],
  commands: ReadonlySet<string>,
  categories: Categories,
): ReadonlySet<string> => {
  const may = new Set<string>();
  for (const word of rules) {
    const [category] = categoryOf(word);
    const name = word.slice(1).toLowerCase();
    const isAll = name === '@all' || /^(all|no)commands$/.test(word);
    const adds = word.startsWith('+') || word === 'allcommands';
    for (const command of commands) {
      const isMeant = isAll || (category ? categories.get(category)?.has(command) : isOf(command, name, adds));
      if (!isMeant) continue;
      if (adds) may.add(command);
      else may.delete(command);
    }
  }
  return may;
};

/** Before 7.0 a command is one with all that its first argument may be, and a rule may allow it for one of these. */
const isOf = (command: string, name: string, adds: boolean): boolean =>
  command === name || command.startsWith(`${name}|`) || (adds && name.startsWith(`${command}|`));
