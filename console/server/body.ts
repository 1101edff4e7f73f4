import type { IncomingMessage } from 'node:http';
import { BodyRefusedError } from './errors.ts';

/**
 * @throws BodyRefusedError above the limit; the rest is read and dropped, so that the page, which may still be writing, gets
 * to read the answer
 */
export const readBody = async (request: IncomingMessage, limitBytes: number): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length <= limitBytes) chunks.push(chunk as Buffer);
  }
  if (length > limitBytes) throw new BodyRefusedError(limitBytes);
  return Buffer.concat(chunks).toString();
};
