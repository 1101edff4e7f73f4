import { InterruptedError } from './errors.ts';
import { EXIT, SIGNALS } from './exit-codes.ts';

/** Node's own code for a crash is 1, which here is a word about a migration: whatever goes wrong in this command is none. */
const crash = (error: unknown): never => {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`Something went wrong in this command: ${text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')}\n`);
  process.exit(EXIT.unknown);
};
process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);
// Whoever reads has read enough, as `head` has: that is no failure.
for (const out of [process.stdout, process.stderr])
  out.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? process.exit(EXIT.done) : crash(error)));

const stop = new AbortController();
let ended: number | undefined;
for (const [signal, code] of Object.entries(SIGNALS)) {
  process.on(signal, () => {
    // The second one waits for nothing.
    if (stop.signal.aborted) process.exit(code);
    ended = code;
    stop.abort(new InterruptedError('Interrupted.'));
  });
}

const { env, stdin, stdout, stderr } = process;
const { run } = await import('./run.ts');
const exitCode = await run(process.argv.slice(2), { env, stdin, stdout, stderr, signal: stop.signal });
process.exitCode = ended ?? exitCode;
// An open connection, or a terminal that was read from, is not waited for; what was written is.
stdout.write('', () => stderr.write('', () => process.exit()));
