import { callsIn } from '../preflight/gather/command-calls.ts';
import { listIn, textIn } from '../preflight/gather/replies.ts';
import { type Reply, type Session, Unread } from '../preflight/ports.ts';
import { type Info, parseInfo } from '../replication/info.ts';

/** A server of many modules has some thousand commands. */
const MOST_COMMANDS = 10_000;

/**
 * The names of a server's commands with the flag `write`, by its answer to COMMAND: also of subcommands, `xgroup|create`,
 * where it tells them (from Redis 7.0 on). A subcommand is below its container, which has no flag of its own there.
 *
 * @throws Unread
 */
export const writingIn = (reply: Reply): ReadonlySet<string> => {
  const writing = new Set<string>();
  let seen = 0;
  const take = (about: Reply) => {
    if (++seen > MOST_COMMANDS) throw new Unread('COMMAND was answered with too many commands');
    const [name, , flags, ...rest] = listIn(about, 'COMMAND');
    const isWrite = listIn(flags, 'COMMAND').some((flag) => textIn(flag, 'COMMAND') === 'write');
    if (isWrite) writing.add(textIn(name, 'COMMAND').toLowerCase());
    const subcommands = rest[6];
    if (Array.isArray(subcommands)) subcommands.forEach(take);
  };
  listIn(reply, 'COMMAND').forEach(take);
  return writing;
};

/** How often each writing command was called, by INFO commandstats; what was never called is absent. */
export const writeCallsIn = (info: Info, writing: ReadonlySet<string>): Record<string, number> =>
  Object.fromEntries([...callsIn(info)].filter(([name]) => writing.has(name.toLowerCase())));

/**
 * The same names, by ACL CAT write. A tenth of COMMAND's answer, but whole only from Redis 7.0 on, as the subcommands of XGROUP
 * in it tell, and without modules: their commands are in the categories that they name, or in none. Those of Redis 8's own
 * vector sets are in none (measured on 8.2).
 *
 * @returns undefined where it does not tell all
 */
const writingInCategory = (reply: Reply, modules: Reply): ReadonlySet<string> | undefined => {
  if (!Array.isArray(reply) || !Array.isArray(modules) || modules.length > 0) return undefined;
  const names = namesIn(reply);
  return names.has('xgroup|create') ? names : undefined;
};

const namesIn = (reply: Reply): ReadonlySet<string> =>
  new Set(Array.isArray(reply) ? reply.map((name) => textIn(name, 'ACL CAT').toLowerCase()) : []);

/** Asks for the writing commands, together with what else is to be asked at the same moment. @throws Unread */
const askWith = async (session: Session, questions: readonly (readonly string[])[]) => {
  const [category = null, modules = null, ...answers] = await session.askAll([
    ['ACL', 'CAT', 'write'],
    ['MODULE', 'LIST'],
    ...questions,
  ]);
  const writing = writingInCategory(category, modules) ?? writingIn(await session.ask('COMMAND'));
  return { answers, writing, category: namesIn(category) };
};

/** @throws Unread; Refused where the server does not tell */
export const readWriting = async (session: Session): Promise<ReadonlySet<string>> =>
  (await askWith(session, [])).writing;

/** The writing commands that rules about `@write` say nothing of. @throws as {@link readWriting} */
export const readBeyondCategory = async (session: Session): Promise<string[]> => {
  const { writing, category } = await askWith(session, []);
  return [...writing].filter((name) => !category.has(name)).sort();
};

/**
 * How often each writing command was called, and the answers to other questions of the same moment, refusals among them.
 *
 * @throws Unread; Refused where the server does not tell
 */
export const readWriteCalls = async (session: Session, ...others: readonly (readonly string[])[]) => {
  const { answers, writing } = await askWith(session, [...others, ['INFO', 'commandstats']]);
  const stats = answers.pop() ?? null;
  if (stats instanceof Unread) throw stats;
  return { writeCalls: writeCallsIn(parseInfo(textIn(stats, 'INFO commandstats')), writing), others: answers };
};
