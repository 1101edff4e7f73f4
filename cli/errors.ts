import { EXIT, type ExitCode, SIGNALS } from './exit-codes.ts';

/** What ends a command, with what a person and a script have to know. Texts may hold anything: they are made safe where they are told. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;
  readonly code: string;
  /** Each a sentence of its own. */
  readonly problems: readonly string[];
  /** Commands to type, or what else to do. */
  readonly next: readonly string[];

  constructor(
    exitCode: ExitCode,
    code: string,
    problems: readonly string[],
    next: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(problems.join('; '), options);
    this.exitCode = exitCode;
    this.code = code;
    this.problems = problems;
    this.next = next;
  }
}

/** All that is wrong with how a command was asked for. */
export const usageError = (problems: readonly string[], next: readonly string[] = []): CommandError =>
  new CommandError(EXIT.usage, 'usage', problems, next);

/** Somebody wants it to end: Ctrl-C, or another signal, while it asks or waits. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = SIGNALS.SIGINT) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What an interruption has left behind, in words for that; its exit code stays that of the signal. */
export const interruption = (
  { exitCode }: InterruptedError,
  problems: readonly string[],
  next: readonly string[] = [],
): CommandError => new CommandError(exitCode, 'interrupted', problems, next);
