import tab, { type Command as TabCommand } from '@bomb.sh/tab';
import type { Command } from 'commander';
import { SCRIPTS, type Shell } from '../completion/scripts.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { makeProgram, SUGGESTED } from '../program.ts';
import { line } from '../say.ts';
import { targetOf } from '../target.ts';
import type { Io } from '../terminal/io.ts';

/** Whoever presses Tab waits for nobody longer. */
const PATIENCE_MS = 1500;
const MOST_IDS = 50;
/** Options and arguments whose value is a file. */
const FILES = ['file', 'checkpoint', 'public-key', 'token-file'];

/** Prints the script that asks this command for completions. */
export const completionScript = async ({ stdout }: Io, shell: Shell): Promise<ExitCode> => {
  line(stdout, SCRIPTS[shell]);
  return EXIT.done;
};

type Complete = (value: string, description: string) => void;

/** Prints what can stand at the last of these words, and at last whether a file can; nothing where nobody knows, and never an error. */
export const complete = async (io: Io, words: readonly string[]): Promise<void> => {
  const program = makeProgram(io, [], () => undefined);
  const ids = await idsFor(program, words, io);
  let isFile = false;
  const files = () => {
    isFile = true;
  };
  addOptions(tab, program, files);
  for (const command of program.commands) {
    add(command, command.name(), ids, files);
    for (const inner of command.commands) add(inner, `${command.name()} ${inner.name()}`, ids, files);
  }
  const commands = program.commands.map((one): [string, string] => [one.name(), one.description()]);
  tab.command('help', 'what a command does, with examples').argument('command', offering(commands));
  const lines = printed(() => tab.parse(cutApart(words)));
  for (const one of isFile ? lines.with(-1, ':0') : lines) line(io.stdout, one);
};

/** `--endpoint=URL` as two words, before the one that is completed: the library knows an option by its bare name. */
const cutApart = (words: readonly string[]): string[] =>
  words.flatMap((word, at) => {
    const [, name, value] = (at < words.length - 1 && /^(--[^=]+)=(.*)$/s.exec(word)) || [];
    return name === undefined || value === undefined ? [word] : [name, value];
  });

/** The library prints it. */
const printed = (print: () => void): string[] => {
  const { log } = console;
  const lines: string[] = [];
  console.log = (text) => lines.push(String(text));
  try {
    print();
  } finally {
    console.log = log;
  }
  return lines;
};

/** Offers these, each with its description. */
const offering =
  (offered: readonly (readonly [string, string])[]) =>
  (offer: Complete): void => {
    for (const [value, text] of offered) offer(value, text);
  };

const named = (values: readonly string[]): [string, string][] => values.map((value) => [value, '']);

const add = (command: Command, path: string, ids: readonly [string, string][], files: () => void): void => {
  const made = tab.command(path, command.description());
  addOptions(made, command, files);
  for (const argument of command.registeredArguments) {
    const name = argument.name();
    const offered = name === 'migration' ? ids : named(argument.argChoices ?? []);
    made.argument(name, FILES.includes(name) ? files : offering(offered), argument.variadic);
  }
};

const addOptions = (made: TabCommand, command: Command, files: () => void): void => {
  for (const option of command.createHelp().visibleOptions(command)) {
    const name = option.long?.slice(2);
    if (!name) continue;
    const alias = option.short?.slice(1);
    const choices = option.argChoices ?? SUGGESTED[name] ?? [];
    if (option.required || option.optional)
      made.option(name, option.description, FILES.includes(name) ? files : offering(named(choices)), alias);
    else made.option(name, option.description, alias);
  }
};

const wordAfter = (words: readonly string[], option: string): string | undefined => {
  const at = words.indexOf(option);
  const joined = words.find((word) => word.startsWith(`${option}=`))?.slice(option.length + 1);
  return at >= 0 ? words[at + 1] : joined;
};

/** Ids of migrations with their status, where one is asked for: nobody is asked for them in vain. */
const idsFor = async (program: Command, words: readonly string[], io: Io): Promise<[string, string][]> => {
  const command = program.commands.find((one) => one.name() === words[0]);
  if (!command?.registeredArguments.some((argument) => argument.name() === 'migration')) return [];
  const [before = '', last = ''] = words.slice(-2);
  const isValue = command.options.some(({ short, long, required }) => required && [short, long].includes(before));
  if (last.startsWith('-') || isValue) return [];
  try {
    const [endpoint, stack, region, profile, tokenFile] = [
      '--endpoint',
      '--stack',
      '--region',
      '--profile',
      '--token-file',
    ].map((option) => wordAfter(words, option));
    const target = targetOf(
      {
        ...(endpoint && { endpoint }),
        ...(stack && { stack }),
        ...(region && { region }),
        ...(profile && { profile }),
        ...(tokenFile && { tokenFile }),
      },
      io.env,
    );
    const { connect } = await import('../connection.ts');
    const patience = new Promise<never>((_, reject) => setTimeout(reject, PATIENCE_MS).unref());
    const { api } = await Promise.race([connect(target), patience]);
    const { migrations } = await api.list({ limit: MOST_IDS }, { signal: AbortSignal.timeout(PATIENCE_MS) });
    // A shell expands what it is offered: nothing but what an id of ours can be.
    return migrations.flatMap(({ migrationId, status }): [string, string][] =>
      /^[\w-]+$/.test(migrationId) ? [[migrationId, /^\w+$/.test(status) ? status : '']] : [],
    );
  } catch {
    // Between two words of a command line is no place for an error.
    return [];
  }
};
