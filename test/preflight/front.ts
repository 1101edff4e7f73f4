import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Act, Turn } from './acts.ts';
import { encode, parse, type Resp, RespReader, textOf } from './resp.ts';

/**
 * What happens with a command in place of handing it on, by its name: `'CLIENT LIST'` goes before `CLIENT`, and that before
 * `*`, which is every command. `connect` is what happens to a connection before it says anything.
 */
export interface FrontRules {
  [command: string]: Act;
}

/** A server before a real server, that answers as the real one does but for its rules. */
export interface Front {
  readonly port: number;
  /** Replaces all rules, from the next command of each connection on. */
  rules: FrontRules;
  /** Commands that it was sent, with their arguments, oldest first. */
  readonly heard: readonly string[][];
  /** Connections that are open to it by now. */
  readonly open: number;
  close(): Promise<void>;
}

/** `*`, as every command begins. */
const ARRAY = 0x2a;
/** Streams follow these, which have no ends of answers: from there on both sides are tied together as they are. */
const STREAMS = new Set(['PSYNC', 'SYNC', 'MONITOR', 'SUBSCRIBE', 'PSUBSCRIBE']);

export const startFront = async (realPort: number, rules: FrontRules = {}): Promise<Front> => {
  const heard: string[][] = [];
  const sockets = new Set<Socket>();
  /** What the real server lists as a client's address, and what it would list without the front. */
  const addresses = new Map<string, string>();
  const front = { rules };
  const server = createServer({ noDelay: true }, (client) => {
    const real = connect({ host: '127.0.0.1', port: realPort, noDelay: true });
    for (const socket of [client, real]) {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
      sockets.add(socket);
    }
    client.on('close', () => real.destroy());
    real.on('close', () => client.end());
    real.on('connect', () => {
      const seen = `${real.localAddress}:${real.localPort}`;
      addresses.set(seen, `${client.remoteAddress}:${client.remotePort}`);
      real.on('close', () => addresses.delete(seen));
    });
    const link = tie(client, real, (reply) => withOwnAddresses(reply, addresses));
    const act = front.rules.connect;
    if (act) void act(link.turn([], Buffer.alloc(0)));
    link.onCommand((command) => {
      heard.push(command);
      return ruleOf(front.rules, command);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get rules() {
      return front.rules;
    },
    set rules(next) {
      front.rules = next;
    },
    heard,
    get open() {
      return sockets.size / 2;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** CLIENT LIST and CLIENT INFO as they were without the front, which stands between them and the clients. */
const withOwnAddresses = (reply: Buffer, addresses: ReadonlyMap<string, string>): Buffer => {
  const { value } = parse(reply) as { value: Resp };
  if (!('data' in value) || value.data === null) return reply;
  const text = value.data.toString('latin1').replace(/(?<= addr=)\S+/g, (addr) => addresses.get(addr) ?? addr);
  return encode({ ...value, data: Buffer.from(text, 'latin1') });
};

const ruleOf = (rules: FrontRules, [name = '', sub = '']: string[]): Act | undefined =>
  rules[`${name} ${sub}`.toUpperCase()] ?? rules[name.toUpperCase()] ?? rules['*'];

/** One connection of a client and the one behind it. Commands take their turns one after the other, as answers must. */
const tie = (client: Socket, real: Socket, clientsIn: (reply: Buffer) => Buffer) => {
  const requests = new RespReader();
  const replies = new RespReader();
  const awaited: ((reply: Buffer) => void)[] = [];
  let streaming = false;
  let turns = Promise.resolve();

  real.on('data', (piece) => {
    if (streaming) return void client.write(piece);
    for (const { value, bytes } of replies.push(piece)) {
      // What a RESP3 server pushes, and what any server says before it is asked, answers no command.
      const answered = value.type === '>' ? undefined : awaited.shift();
      if (answered) answered(bytes);
      else client.write(bytes);
    }
  });

  const turn = (command: string[], request: Buffer): Turn => ({
    command,
    client,
    real: async () => {
      const reply = new Promise<Buffer>((resolve) => awaited.push(resolve));
      real.write(request);
      return command[0]?.toUpperCase() === 'CLIENT' ? clientsIn(await reply) : reply;
    },
  });

  const handle = async (command: string[], request: Buffer, act: Act | undefined) => {
    if (act) return void (await act(turn(command, request)));
    streaming = STREAMS.has((command[0] ?? '').toUpperCase());
    if (streaming) real.write(Buffer.concat([request, requests.rest()]));
    else client.write(await turn(command, request).real());
  };

  const onCommand = (ruleFor: (command: string[]) => Act | undefined) => {
    client.on('data', (piece) => {
      // What does not begin as a command does, a TLS handshake for one, is for the real server to wonder at.
      streaming ||= requests.rest().length === 0 && piece[0] !== ARRAY;
      if (streaming) return void real.write(piece);
      for (const { value, bytes } of requests.push(piece)) {
        const command = 'items' in value ? (value.items ?? []).map((item) => textOf(item) ?? '') : [];
        const request = Buffer.from(bytes);
        turns = turns.then(() => handle(command, request, ruleFor(command)));
      }
    });
  };
  return { turn, onCommand };
};
