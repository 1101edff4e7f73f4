import type { Line } from './lines.ts';
import { listIn, textIn, unexpected } from './replies.ts';

/**
 * Asks for the flags (`write`, `admin` …) of commands by their names, all at once; undefined stands for a command that
 * the server does not know. A name may be one of a subcommand, `xgroup|create`, from Redis 7.0 on.
 * @throws Unread
 */
export const commandFlags = async (
  line: Line,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly string[] | undefined>> => {
  if (names.length === 0) return new Map();
  const answers = listIn(await line.ask('COMMAND', 'INFO', ...names), 'COMMAND INFO');
  if (answers.length !== names.length) throw unexpected('COMMAND INFO');
  return new Map(
    names.map((name, at) => {
      const about = answers[at] ?? null;
      if (about === null) return [name, undefined];
      const flags = listIn(listIn(about, 'COMMAND INFO')[2], 'COMMAND INFO');
      return [name, flags.map((flag) => textIn(flag, 'COMMAND INFO'))];
    }),
  );
};
