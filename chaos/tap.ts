import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Hears of each command before the server does, which gets it when this resolves; `lose` breaks the connection instead. */
export type Tapped = (command: readonly string[], fromPort: number) => Promise<'pass' | 'lose'> | 'pass' | 'lose';

export interface Tap {
  port: number;
  close(): Promise<void>;
}

/** Stands between clients and a Redis server and shows every command before it is carried out. */
export const startTap = async (serverPort: number, tapped: Tapped): Promise<Tap> => {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host: '127.0.0.1', port: serverPort, noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    upstream.on('data', (chunk) => client.write(chunk)).on('close', () => client.destroy());
    // What a client sent before it died is carried out; only then the server learns that it is gone.
    const hangUp = () => upstream.end();
    void relay(client, upstream, tapped).then(hangUp, hangUp);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

/** One command after the other: what follows a command that is held waits behind it, as it would on the wire. */
const relay = async (client: Socket, upstream: Socket, tapped: Tapped): Promise<void> => {
  const fromPort = client.remotePort ?? 0;
  let waiting = '';
  for await (const chunk of client.setEncoding('latin1')) {
    waiting += chunk;
    for (;;) {
      const found = commandIn(waiting);
      if (!found) break;
      const bytes = waiting.slice(0, found.end);
      waiting = waiting.slice(found.end);
      if ((await tapped(found.command, fromPort)) === 'lose') {
        client.destroy();
        return;
      }
      upstream.write(bytes, 'latin1');
    }
  }
};

/** The first whole command of the text; undefined while it is not all there. */
export const commandIn = (text: string): { command: string[]; end: number } | undefined => {
  if (text === '') return undefined;
  const first = text.indexOf('\r\n');
  if (first === -1) return undefined;
  // An inline command, as knocks and health checks send it.
  if (text[0] !== '*') return { command: text.slice(0, first).split(' '), end: first + 2 };
  const command: string[] = [];
  let at = first + 2;
  for (let word = 0; word < Number(text.slice(1, first)); word++) {
    const head = text.indexOf('\r\n', at);
    if (head === -1) return undefined;
    const length = Number(text.slice(at + 1, head));
    at = head + 2 + length + 2;
    if (at > text.length) return undefined;
    command.push(text.slice(head + 2, head + 2 + length));
  }
  return { command, end: at };
};
