import { createInterface } from 'node:readline/promises';
import { InterruptedError } from '../errors.ts';
import type { Io } from './io.ts';

/**
 * Asks on the terminal, beside whatever goes to standard output.
 *
 * @returns undefined when the terminal is closed (Ctrl-D)
 * @throws InterruptedError at Ctrl-C
 */
export const ask = async ({ stdin, stderr, signal }: Io, question: string): Promise<string | undefined> => {
  const terminal = createInterface({ input: stdin, output: stderr });
  const interrupted = Promise.withResolvers<never>();
  const closed = Promise.withResolvers<undefined>();
  // A terminal that reads lines takes Ctrl-C for itself: no signal comes.
  const stop = () => {
    const { exitCode } = (signal.reason ?? {}) as Partial<InterruptedError>;
    interrupted.reject(new InterruptedError('Interrupted. Nothing was sent.', exitCode));
  };
  terminal.once('SIGINT', stop);
  terminal.once('close', () => closed.resolve(undefined));
  signal.addEventListener('abort', stop, { once: true });
  try {
    return (await Promise.race([terminal.question(question), closed.promise, interrupted.promise]))?.trim();
  } finally {
    signal.removeEventListener('abort', stop);
    terminal.close();
  }
};
