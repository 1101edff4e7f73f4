import tab, { script, type Command as TabCommand } from '@bomb.sh/tab';
import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { makeProgram, SUGGESTED } from '../program.ts';
import { line } from '../say.ts';
import { targetOf } from '../target.ts';
import type { Io } from '../terminal/io.ts';

const NAME = 'elasticache-migrator';
/** Whoever presses Tab waits for nobody longer. */
const PATIENCE_MS = 1500;
const MOST_IDS = 50;

type Shell = 'bash' | 'zsh' | 'fish';

/** Prints the script that asks this command for completions. */
export const completionScript = async ({ stdout }: Io, shell: Shell): Promise<ExitCode> => {
  const text = scriptOf(shell);
  line(stdout, shell === 'bash' ? forBash(text) : text);
  return EXIT.done;
};

/** The library prints it. */
const scriptOf = (shell: Shell): string => {
  const { log } = console;
  const lines: string[] = [];
  console.log = (text) => lines.push(String(text));
  try {
    script(shell, NAME, NAME);
  } finally {
    console.log = log;
  }
  return lines.join('\n');
};

/** Of the package bash-completion, where it is not installed. */
const WORDS = `declare -F _get_comp_words_by_ref >/dev/null || _get_comp_words_by_ref() {
    cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
}
`;

/** It may be sourced twice, and what is typed is not run before Enter, as \`$(…)\` in an eval would be. */
const forBash = (text: string): string =>
  WORDS +
  text
    .replaceAll(/^readonly /gm, '')
    .replace(/^ *requestComp=.*\n(?:\s*\n)?[\s\S]*?^ *fi\n/m, '')
    .replace('$(eval "$requestComp" 2>/dev/null)', `$(${NAME} complete -- "\${words[@]:1}" 2>/dev/null)`);

type Complete = (value: string, description: string) => void;

/** Prints what can stand at the last of these words; nothing where nobody knows, and never an error. */
export const complete = async (io: Io, words: string[]): Promise<void> => {
  const program = makeProgram(io, [], () => undefined);
  const ids = await idsFor(program, words, io);
  addOptions(tab, program);
  for (const command of program.commands) {
    add(command, command.name(), ids);
    for (const inner of command.commands) add(inner, `${command.name()} ${inner.name()}`, ids);
  }
  tab.parse(words);
};

/** Offers these, each with its description. */
const offering =
  (offered: readonly (readonly [string, string])[]) =>
  (offer: Complete): void => {
    for (const [value, text] of offered) offer(value, text);
  };

const named = (values: readonly string[]): [string, string][] => values.map((value) => [value, '']);

const add = (command: Command, path: string, ids: readonly [string, string][]): void => {
  const made = tab.command(path, command.description());
  addOptions(made, command);
  for (const argument of command.registeredArguments) {
    const offered = argument.name() === 'migration' ? ids : named(argument.argChoices ?? []);
    made.argument(argument.name(), offering(offered), argument.variadic);
  }
};

const addOptions = (made: TabCommand, command: Command): void => {
  for (const option of command.createHelp().visibleOptions(command)) {
    const name = option.long?.slice(2);
    if (!name) continue;
    const alias = option.short?.slice(1);
    const choices = option.argChoices ?? SUGGESTED[name] ?? [];
    if (option.required || option.optional) made.option(name, option.description, offering(named(choices)), alias);
    else made.option(name, option.description, alias);
  }
};

const wordAfter = (words: readonly string[], option: string): string | undefined => {
  const at = words.indexOf(option);
  const joined = words.find((word) => word.startsWith(`${option}=`))?.slice(option.length + 1);
  return at >= 0 ? words[at + 1] : joined;
};

/** Ids of migrations with their status, where one is asked for. */
const idsFor = async (program: Command, words: readonly string[], io: Io): Promise<[string, string][]> => {
  const command = program.commands.find((one) => one.name() === words[0]);
  if (!command?.registeredArguments.some((argument) => argument.name() === 'migration')) return [];
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
