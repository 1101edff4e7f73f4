import './node-20.ts';
import { InterruptedError } from './errors.ts';
import { BROKEN_PIPE, EXIT, SIGNALS } from './exit-codes.ts';

/** Node's own code for a crash is 1, which here is a word about a migration: whatever goes wrong in this command is none. */
const crash = (error: unknown): never => {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`Something went wrong in this command: ${text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')}\n`);
  process.exit(EXIT.unknown);
};
process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);
// What was asked for can be told to nobody any more: that ends it, and quietly where the reader has just read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  error.code === 'EPIPE' ? process.exit(BROKEN_PIPE) : crash(error),
);
// What is said beside it is not what was asked for.
process.stderr.on('error', () => undefined);

const stop = new AbortController();
for (const [signal, exitCode] of Object.entries(SIGNALS)) {
  process.on(signal, () => {
    // The second one waits for nothing.
    if (stop.signal.aborted) process.exit(exitCode);
    stop.abort(new InterruptedError('Interrupted.', exitCode));
  });
}

const { env, stdin, stdout, stderr } = process;
const [{ run }, { speakLocale }] = await Promise.all([import('./run.ts'), import('./terminal/ascii.ts')]);
const args = process.argv.slice(2);
speakLocale([stdout, stderr], env, args.includes('--json'));
process.exitCode = await run(args, { env, stdin, stdout, stderr, signal: stop.signal });
// An open connection, or a terminal that was read from, is not waited for; what was written is. A write that has failed calls
// back before it is told as an error, which decides the code.
stdout.write('', () => stderr.write('', () => setImmediate(() => process.exit())));
