import { once } from 'node:events';
import { connect } from 'node:net';

export interface Writes {
  /** Ends them, and resolves when the server has carried out every one. */
  stop(): Promise<void>;
}

const VALUE_BYTES = 8192;
const EVERY_MS = 10;
const REPLY_BYTES = '+OK\r\n'.length;

/** Writes about so many bytes a second to one key, over a plain connection: a client library would need the processor. */
export const write = async (port: number, bytesPerSecond: number): Promise<Writes> => {
  const value = 'x'.repeat(VALUE_BYTES);
  const command = `*3\r\n$3\r\nSET\r\n$7\r\nwritten\r\n$${VALUE_BYTES}\r\n${value}\r\n`;
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const sinceMs = performance.now();
  let sent = 0;
  let answeredBytes = 0;
  let stopped = false;
  const { promise: gone, resolve: isGone } = Promise.withResolvers<void>();
  // A server that is stopped takes its connections along.
  socket.on('error', () => undefined).on('close', () => isGone());
  socket.on('data', (chunk) => {
    answeredBytes += chunk.length;
    // Not the server's own goodbye: a child of it that saves holds the connection open.
    if (stopped && answeredBytes >= sent * REPLY_BYTES) socket.destroy();
  });
  const timer = setInterval(() => {
    const due = ((performance.now() - sinceMs) / 1000) * bytesPerSecond;
    for (; sent * VALUE_BYTES < due && !socket.destroyed; sent++) socket.write(command);
  }, EVERY_MS);
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      if (answeredBytes >= sent * REPLY_BYTES) socket.destroy();
      await gone;
    },
  };
};
