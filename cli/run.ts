import { CommanderError } from 'commander';
import { callName } from './context.ts';
import { CommandError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type Failure, toFailure } from './failure.ts';
import { makeProgram } from './program.ts';
import { fail } from './say.ts';
import type { Io } from './terminal/io.ts';

/** Runs a command line to its end. @returns the exit code */
export const run = async (args: readonly string[], io: Io): Promise<ExitCode> => {
  const me = callName(io.env);
  if (args[0] === 'complete') {
    const { complete } = await import('./commands/completion.ts');
    await complete(io, args.slice(args[1] === '--' ? 2 : 1));
    return EXIT.done;
  }
  let exitCode: ExitCode = EXIT.done;
  const program = makeProgram(io, args, (code) => {
    exitCode = code;
  });
  try {
    if (args.length === 0) {
      program.outputHelp({ error: true });
      return EXIT.usage;
    }
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    // Whatever waited when it was interrupted tells it in words of its own.
    const stopped = io.signal.aborted && !(error instanceof CommandError);
    const failure =
      error instanceof CommanderError
        ? ofCommander(error, args, me)
        : toFailure(stopped ? io.signal.reason : error, me);
    await fail(io, failure, args.includes('--json'));
    return failure.exitCode;
  }
};

/** What the parser found wrong, in its own words. */
const ofCommander = ({ message, code }: CommanderError, args: readonly string[], me: string): Failure => {
  const word = args.find((one) => /^[a-z]/.test(one));
  const about = word && code !== 'commander.unknownCommand' ? `${me} ${word} --help` : `${me} --help`;
  const problem = message.replace(/^error: /, '');
  return {
    exitCode: EXIT.usage,
    code: 'usage',
    problems: [problem.charAt(0).toUpperCase() + problem.slice(1)],
    next: [about],
  };
};
