import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that all it says takes some time on. */
export interface SlowLink {
  port: number;
  stop(): void;
}

export const startSlowLink = async (toPort: number, delayMs: number): Promise<SlowLink> => {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    const far = keep(connect(toPort, '127.0.0.1'));
    keep(near).pipe(far);
    far.on('data', (bytes) => setTimeout(() => near.writable && near.write(bytes), delayMs));
    far.on('close', () => near.destroy());
    near.on('close', () => far.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};
