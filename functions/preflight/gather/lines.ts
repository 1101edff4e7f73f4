import type { Endpoint } from '../../migration/record.ts';
import type { Clock } from '../../replication/ports.ts';
import { type Command, Refused, type Reply, type Servers, type Session, type Unread } from '../ports.ts';

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
}

const CONNECTIONS = 2;

/** All connections of one gathering, and the time that it has. */
export class Lines {
  readonly untilMs: number;
  readonly #servers: Pick<Servers, 'open'>;
  readonly #sessions: { name: string; session: Session }[] = [];
  readonly #calls = new Map<string, Map<string, number>>();
  readonly #end = Promise.withResolvers<void>();
  #closed = false;

  constructor(servers: Pick<Servers, 'open'>, untilMs: number) {
    this.#servers = servers;
    this.untilMs = untilMs;
  }

  to(endpoint: Endpoint): Line {
    let connections = 0;
    let session: Session | undefined;
    let lost: Unread | undefined;

    const connected = async (): Promise<Session> => {
      if (session) return session;
      if (lost && connections === CONNECTIONS) throw lost;
      connections++;
      session = await losing(() => this.#open(endpoint));
      return session;
    };
    const losing = async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        session = undefined;
        lost = error as Unread;
        throw error;
      }
    };
    const askAll = async (commands: readonly Command[]): Promise<Reply[]> => {
      const open = await connected();
      this.#count(endpoint, commands);
      return losing(() => open.askAll(commands));
    };

    return {
      askAll,
      async ask(...command) {
        const [reply] = (await askAll([command])) as [Reply];
        if (reply instanceof Refused) throw reply;
        return reply;
      },
      hear: async (channel, forMs, enough) => (await connected()).hear(channel, forMs, enough),
    };
  }

  /** Whether `ip:port` is our own end of one of the connections. */
  isOurs(address: string | undefined): boolean {
    return this.#sessions.some(({ session }) => session.localAddress === address);
  }

  sentTo(endpoint: Endpoint): Sent {
    const name = nameOf(endpoint);
    return {
      bytes: this.#sessions.reduce((sum, one) => sum + (one.name === name ? one.session.sentBytes : 0), 0),
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
    for (const { session } of this.#sessions) session.close();
  }

  async #open(endpoint: Endpoint): Promise<Session> {
    const session = await this.#servers.open(endpoint, this.untilMs);
    if (this.#closed) session.close();
    this.#sessions.push({ name: nameOf(endpoint), session });
    return session;
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

const nameOf = ({ address, port }: Endpoint): string => `${address}:${port}`;
