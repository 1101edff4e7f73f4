import { type Command, CommanderError } from 'commander';
import { callName } from './context.ts';
import { CommandError, InterruptedError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type Failure, toFailure } from './failure.ts';
import { makeProgram } from './program.ts';
import { fail } from './say.ts';
import type { Caller } from './tell/next.ts';
import type { Io } from './terminal/io.ts';

/** Runs a command line to its end. @returns the exit code */
export const run = async (args: readonly string[], io: Io): Promise<ExitCode> => {
  if (args[0] === 'complete') {
    const { complete } = await import('./commands/completion.ts');
    await complete(io, args.slice(args[1] === '--' ? 2 : 1));
    return EXIT.done;
  }
  let exitCode: ExitCode = EXIT.done;
  let caller: Caller = { me: callName(io.env), options: '' };
  const program = makeProgram(
    io,
    args,
    (code) => {
      exitCode = code;
    },
    (context) => {
      caller = context.caller;
    },
  );
  try {
    if (args.length === 0) {
      program.outputHelp({ error: true });
      return EXIT.usage;
    }
    await program.parseAsync(meant(program, args), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    // A command without its second word: its help was the answer.
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage;
    // Whatever waited when it was interrupted tells it in words of its own.
    const stopped = io.signal.aborted && !(error instanceof CommandError || error instanceof InterruptedError);
    const failure =
      error instanceof CommanderError
        ? ofCommander(error, program, args, caller)
        : toFailure(stopped ? io.signal.reason : error, caller);
    const isLines = args[0] === 'watch' || args.includes('--watch');
    await fail(io, failure, args.includes('--json') ? (isLines ? 'line' : 'document') : undefined);
    return failure.exitCode;
  }
};

const isCommand = (program: Command, word: string | undefined): boolean =>
  program.commands.some((one) => one.name() === word);

/** The parser gives its own help for a command that is none: here that is a mistake, which is told. */
const meant = (program: Command, args: readonly string[]): readonly string[] => {
  const isHelp = args[0] === 'help';
  const words = isHelp ? args.slice(1) : args;
  const [first] = words;
  if (first !== undefined && !first.startsWith('-') && !isCommand(program, first)) return [first];
  return isHelp ? [...words.filter((word) => !word.startsWith('-')), '--help'] : args;
};

/** What the parser found wrong, in its own words. */
const ofCommander = (
  { message }: CommanderError,
  program: Command,
  args: readonly string[],
  { me }: Caller,
): Failure => {
  const word = args.find((one) => isCommand(program, one));
  const problem = message.replace(/^error: /, '');
  return {
    exitCode: EXIT.usage,
    code: 'usage',
    problems: [problem.charAt(0).toUpperCase() + problem.slice(1)],
    next: [word === undefined ? `${me} --help` : `${me} ${word} --help`],
  };
};
