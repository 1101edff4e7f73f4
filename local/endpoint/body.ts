import type { IncomingMessage } from 'node:http';

/** The body is longer than the service takes. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError' as const;
}

/**
 * @throws BodyTooLargeError above `limitBytes`; what is left of the body is read and dropped, so that the client, which
 * may still be writing, gets to read the answer
 */
export const readBody = async (request: IncomingMessage, limitBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length <= limitBytes) chunks.push(chunk as Buffer);
  }
  if (length > limitBytes) throw new BodyTooLargeError(`The body has ${length} bytes; ${limitBytes} are allowed`);
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
};
