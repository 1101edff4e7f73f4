import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';

/** Writes at a steady rate, as an application does. */
export interface PacedWriter {
  /** Bytes of commands that were handed to the socket. */
  readonly sentBytes: number;
  /** Ends the connection; what was sent before may still be executed. */
  stop(): Promise<void>;
}

const VALUE_BYTES = 1000;
/** Keys of the writer's own, written again and again: the dataset does not grow. */
const KEYS = 1000;
const TICK_MS = 10;
/** A server that is late is not given more than this ahead. */
const MOST_WAITING_BYTES = 32 << 20;

/**
 * SETs over one raw connection, pipelined: a client library would take more processor time than the server.
 *
 * @param bytesPerSecond of the commands on the wire, which is what they are in the replication stream too
 */
export const startPacedWriter = async (port: number, bytesPerSecond: number): Promise<PacedWriter> => {
  const commands = Array.from({ length: KEYS }, (_, index) => commandOf(index));
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  // The server may end first; whoever watches it sees that.
  socket.on('error', () => undefined);
  // Answers that nobody takes would fill the server's own buffer.
  socket.resume();
  let sentBytes = 0;
  let next = 0;
  const startMs = performance.now();
  const timer = setInterval(() => {
    const dueBytes = ((performance.now() - startMs) / 1000) * bytesPerSecond;
    const batch: Buffer[] = [];
    while (sentBytes < dueBytes && socket.writableLength < MOST_WAITING_BYTES) {
      const command = commands[next++ % KEYS] as Buffer;
      batch.push(command);
      sentBytes += command.length;
    }
    if (batch.length > 0) socket.write(Buffer.concat(batch));
  }, TICK_MS);
  socket.on('close', () => clearInterval(timer));
  return {
    get sentBytes() {
      return sentBytes;
    },
    async stop() {
      clearInterval(timer);
      socket.destroy();
      await closed;
    },
  };
};

const commandOf = (index: number): Buffer => {
  const key = `writer:${index}`;
  const value = randomBytes(VALUE_BYTES / 2).toString('hex');
  return Buffer.from(`*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${value.length}\r\n${value}\r\n`);
};
