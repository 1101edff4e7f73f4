import { addAbortSignal, type Readable } from 'node:stream';

/**
 * All of a stream, whatever it is: a pipe, a socket, a file, a terminal until Ctrl-D.
 *
 * @returns undefined where it goes on after so many bytes
 * @throws the signal's reason, and what reading throws
 */
export const readStream = async (
  stream: Readable,
  mostBytes: number,
  signal: AbortSignal,
): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of addAbortSignal(signal, stream)) {
      chunks.push(Buffer.from(chunk));
      bytes += chunk.length;
      if (bytes > mostBytes) return undefined;
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
  return Buffer.concat(chunks);
};
