import { addAbortSignal } from 'node:stream';
import type { Io } from './io.ts';

/**
 * All of standard input, whatever it is: a pipe, a socket, a file, a terminal until Ctrl-D.
 *
 * @returns undefined where it goes on after so many bytes
 * @throws the signal's reason, and what reading throws
 */
export const readAll = async (
  { stdin, signal }: Pick<Io, 'stdin' | 'signal'>,
  mostBytes: number,
): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of addAbortSignal(signal, stdin)) {
      chunks.push(Buffer.from(chunk));
      bytes += chunk.length;
      if (bytes > mostBytes) return undefined;
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
  return Buffer.concat(chunks);
};
