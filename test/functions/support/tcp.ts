import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import type { Endpoint } from '../../../functions/migration/record.ts';

export interface TcpServer {
  endpoint: Endpoint;
  /** All that was sent to it, in the order of arrival. */
  received(): string;
  /** How many connections it has taken. */
  taken(): number;
  close(): Promise<void>;
}

/** A server that does whatever it likes: `onData` is called for each piece that a client sends, `onConnection` before. */
export const serveTcp = async (behaviour: {
  onConnection?: (socket: Socket, nth: number) => void;
  onData?: (socket: Socket, text: string, nth: number) => void;
}): Promise<TcpServer> => {
  let received = '';
  let taken = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    const nth = ++taken;
    sockets.add(socket);
    // Whoever gives us up may reset the connection.
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      behaviour.onData?.(socket, chunk.toString('latin1'), nth);
    });
    behaviour.onConnection?.(socket, nth);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: { address: '127.0.0.1', port: (server.address() as AddressInfo).port },
    received: () => received,
    taken: () => taken,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
};
