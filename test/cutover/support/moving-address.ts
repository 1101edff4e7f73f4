import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A virtual IP: a port that leads to a server, and to another one from when it is told to. */
export interface MovingAddress {
  port: number;
  leadTo(port: number): void;
  close(): void;
}

export const movingAddress = async (first: number): Promise<MovingAddress> => {
  let to = first;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const onward = connect(to, '127.0.0.1');
    for (const [one, other] of [
      [client, onward],
      [onward, client],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    leadTo(port) {
      to = port;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};
