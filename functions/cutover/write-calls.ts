import { callsIn } from '../preflight/gather/command-calls.ts';
import { listIn, textIn } from '../preflight/gather/replies.ts';
import { type Reply, Unread } from '../preflight/ports.ts';
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

/** Both questions, for whoever has a connection; {@link writeCallsBy} reads the answers. */
export const WRITE_CALLS_QUESTIONS = [['COMMAND'], ['INFO', 'commandstats']] as const;

/** @throws Unread when one of the answers is not of its form, or a refusal */
export const writeCallsBy = ([commands = null, stats = null]: readonly Reply[]): Record<string, number> => {
  for (const reply of [commands, stats]) if (reply instanceof Unread) throw reply;
  return writeCallsIn(parseInfo(textIn(stats, 'INFO commandstats')), writingIn(commands));
};
