import { containerOf } from './command-calls.ts';
import type { Line } from './lines.ts';
import { listIn, textIn, unexpected } from './replies.ts';

/**
 * Asks for the flags (`write`, `admin` …) of commands by their names, all at once; undefined stands for a command that
 * the server does not know. A name may be one of a subcommand, `xgroup|create`, from Redis 7.0 on.
 * @throws Unread
 */
export const commandFlags = async (
  line: Pick<Line, 'ask'>,
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

/**
 * Whether calls of a command come to the replication stream. `maybe`: what a script does, and what has no flag `write`:
 * PUBLISH is replicated, and PFCOUNT when it writes its cache down (flag `may_replicate`, which Redis has from 7.0 on).
 */
export type Replicates = 'always' | 'maybe' | 'never';

const BY_NAME = /^(publish|spublish|pfcount|script|eval.*|fcall.*)$/;

/** @param flags undefined for a command that is not known by its name, such as one that was renamed */
export const replicationOf = (name: string, flags: readonly string[] | undefined): Replicates => {
  if (!flags || flags.includes('may_replicate') || BY_NAME.test(containerOf(name).toLowerCase())) return 'maybe';
  return flags.includes('write') ? 'always' : 'never';
};
