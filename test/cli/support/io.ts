import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { InterruptedError } from '../../../cli/errors.ts';
import type { ExitCode } from '../../../cli/exit-codes.ts';
import { run } from '../../../cli/run.ts';
import type { Io } from '../../../cli/terminal/io.ts';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  /** Null is a pipe that says nothing and does not end. */
  stdin?: string | null;
  /** Ends it as Ctrl-C does. */
  signal?: AbortSignal;
}

/** Runs a command line within this process, as into pipes. */
export const runHere = async (
  args: readonly string[],
  { env = {}, stdin = '', signal }: RunOptions = {},
): Promise<Ran> => {
  const [input, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  if (stdin !== null) input.end(stdin);
  const io: Io = { env, stdin: input, stdout, stderr, signal: signal ?? new AbortController().signal };
  const [out, err] = [text(stdout), text(stderr)];
  const code = await run(args, io);
  stdout.end();
  stderr.end();
  return { code, out: await out, err: await err };
};

/** A signal that comes when it is called: Ctrl-C, or the one that ends with this code. */
export const ctrlC = (exitCode?: ExitCode): { signal: AbortSignal; press(): void } => {
  const stop = new AbortController();
  return { signal: stop.signal, press: () => stop.abort(new InterruptedError('Interrupted.', exitCode)) };
};
