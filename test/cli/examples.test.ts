import { expect, it } from 'vitest';
import { EXAMPLES } from '../../cli/examples.ts';
import { makeProgram } from '../../cli/program.ts';
import type { Io } from '../../cli/terminal/io.ts';
import { documentedCommands } from '../docs/commands.ts';

/** What a shell would make of one command: its words, without their quotes. */
const wordsOf = (command: string): string[] =>
  (command.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []).map((word) => word.replaceAll(/['"]/g, ''));

/** Reads a command line as it is typed, and does nothing. @throws CommanderError */
const parse = async (command: string): Promise<string> => {
  const io = { env: {}, stdout: process.stdout, stderr: process.stderr, stdin: process.stdin } as unknown as Io;
  const program = makeProgram(io, [], () => undefined);
  let done = '';
  for (const one of program.commands.flatMap((outer) => [outer, ...outer.commands])) {
    if (one.commands.length > 0) continue;
    one.action(() => {
      done = one.name();
    });
  }
  await program.parseAsync(wordsOf(command).slice(1), { from: 'user' });
  return done;
};

const OURS = /(?:npx )?elasticache-migrator [a-z][^|&>)\n]*/g;
const examples = [
  ...Object.values(EXAMPLES).flatMap((text) => text.match(OURS) ?? []),
  ...documentedCommands().flatMap(({ command }) =>
    command.startsWith('npx elasticache-migrator') ? (command.match(OURS) ?? []) : [],
  ),
].map((command) => command.replace(/^npx /, '').trim());

it('every example of help and pages is understood', async () => {
  expect(examples.length).toBeGreaterThan(35);
  for (const example of examples) expect(example).toContain(await parse(example));
});

it('an example that is wrong would be found', async () => {
  await expect(parse('elasticache-migrator list --colour')).rejects.toThrow('--colour');
});
