import type { Endpoint } from '../../migration/record.ts';
import type { Clock } from '../../replication/ports.ts';
import type { ClientLine } from '../facts.ts';
import { type Command, Refused, type Reply, type Servers, type Session, Unread } from '../ports.ts';

/** What we have asked a server ourselves, over all connections. */
export interface Sent {
  bytes: number;
  /** Commands by their name in lower case. */
  calls: ReadonlyMap<string, number>;
}

/**
 * A server to ask. The connection is made at the first question, and once more at the question after it was lost: a
 * server that hangs at one command can still be asked for the rest, and one that hangs at all is given up.
 */
export interface Line {
  /** @throws Refused, SessionLost */
  ask(...command: Command): Promise<Reply>;
  /** Answers in the order of the commands, refusals among them. @throws SessionLost */
  askAll(commands: readonly Command[]): Promise<Reply[]>;
  /** The line's last act. @throws Refused, SessionLost */
  hear(channel: string, forMs: number, enough: (messages: readonly string[]) => boolean): Promise<string[]>;
  /**
   * Tells which clients that the server lists are we: by CLIENT ID, since behind a NAT the server sees another address than
   * ours; by the address where there is no CLIENT ID (before Redis 5.0) or it is refused.
   */
  ourselves(): Promise<(client: ClientLine) => boolean>;
}

const CONNECTIONS = 2;

interface Connection {
  /** Of the server. */
  name: string;
  session: Session;
  /** CLIENT ID, when it was told. */
  id?: number;
}

/** All connections of one gathering, and the time that it has. */
export class Lines {
  readonly untilMs: number;
  readonly #servers: Pick<Servers, 'open' | 'openAsNobody'>;
  readonly #connections: Connection[] = [];
  /** Of each line, by the name of its server: asks for the CLIENT ID of its connection. */
  readonly #identify: { name: string; ask(): Promise<void> }[] = [];
  readonly #calls = new Map<string, Map<string, number>>();
  readonly #end = Promise.withResolvers<void>();
  #closed = false;

  constructor(servers: Pick<Servers, 'open' | 'openAsNobody'>, untilMs: number) {
    this.#servers = servers;
    this.untilMs = untilMs;
  }

  to(endpoint: Endpoint): Line {
    return this.#line(endpoint, (...at) => this.#servers.open(...at));
  }

  /** In clear and without a password, whatever the deployment has for the server. */
  asNobody(endpoint: Endpoint): Line {
    return this.#line(endpoint, (...at) => this.#servers.openAsNobody(...at));
  }

  #line(endpoint: Endpoint, open: Servers['open']): Line {
    let connections = 0;
    let opening: Promise<Connection> | undefined;
    let lost: Unread | undefined;

    const connected = async (): Promise<Connection> => {
      if (opening) return opening;
      if (lost && connections === CONNECTIONS) throw lost;
      connections++;
      opening = this.#open(endpoint, open);
      return losing(opening, opening);
    };
    /** @param of the connection, which may be another by the time that the work fails */
    const losing = async <T>(of: Promise<Connection> | undefined, work: Promise<T>): Promise<T> => {
      try {
        return await work;
      } catch (error) {
        if (opening === of) opening = undefined;
        lost = error as Unread;
        throw error;
      }
    };
    const askAll = async (commands: readonly Command[]): Promise<Reply[]> => {
      const { session } = await connected();
      this.#count(endpoint, commands);
      return losing(opening, session.askAll(commands));
    };
    const identify = async () => {
      const connection = await opening;
      if (!connection || connection.id !== undefined) return;
      const [id] = await askAll([['CLIENT', 'ID']]);
      if (typeof id === 'number' && id > 0) connection.id = id;
    };
    // What comes of it is told by `id`; a connection that is lost by it says so at its next question.
    this.#identify.push({ name: nameOf(endpoint), ask: () => identify().catch(unlessUnread) });

    return {
      askAll,
      async ask(...command) {
        const [reply] = (await askAll([command])) as [Reply];
        if (reply instanceof Refused) throw reply;
        return reply;
      },
      hear: async (channel, forMs, enough) => {
        const { session } = await connected();
        this.#count(endpoint, [['SUBSCRIBE']]);
        return session.hear(channel, forMs, enough);
      },
      ourselves: () => this.#ourselves(endpoint),
    };
  }

  async #ourselves(endpoint: Endpoint): Promise<(client: ClientLine) => boolean> {
    const name = nameOf(endpoint);
    await Promise.all(this.#identify.flatMap((line) => (line.name === name ? line.ask() : [])));
    // An id means something on its own server only, which the other connections may still be to by another name.
    return (client) =>
      this.#connections.some((one) =>
        one.name === name && one.id !== undefined && client.has('id')
          ? client.get('id') === String(one.id)
          : client.get('addr') === one.session.localAddress,
      );
  }

  sentTo(endpoint: Endpoint): Sent {
    const name = nameOf(endpoint);
    return {
      bytes: this.#connections.reduce((sum, one) => sum + (one.name === name ? one.session.sentBytes : 0), 0),
      calls: new Map(this.#calls.get(name)),
    };
  }

  /** Waits, but not past the end of the gathering. */
  async pause(ms: number, clock: Clock): Promise<void> {
    const left = Math.min(ms, this.untilMs - clock.now());
    if (left > 0) await Promise.race([clock.sleep(left), this.#end.promise]);
  }

  /** Ends every connection, every question that is under way and every pause. */
  close(): void {
    this.#closed = true;
    this.#end.resolve();
    for (const { session } of this.#connections) session.close();
  }

  async #open(endpoint: Endpoint, open: Servers['open']): Promise<Connection> {
    const session = await open(endpoint, this.untilMs);
    if (this.#closed) session.close();
    const connection = { name: nameOf(endpoint), session };
    this.#connections.push(connection);
    return connection;
  }

  #count(endpoint: Endpoint, commands: readonly Command[]): void {
    const calls = this.#calls.get(nameOf(endpoint)) ?? new Map<string, number>();
    this.#calls.set(nameOf(endpoint), calls);
    for (const [first] of commands) {
      const name = String(first).toLowerCase();
      calls.set(name, (calls.get(name) ?? 0) + 1);
    }
  }
}

const unlessUnread = (error: unknown): void => {
  if (!(error instanceof Unread)) throw error;
};

const nameOf = ({ address, port }: Endpoint): string => `${address}:${port}`;
