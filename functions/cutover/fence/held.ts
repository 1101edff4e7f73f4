import { type Command, type Reply, type Servers, type Session, SessionLost } from '../../preflight/ports.ts';
import { nameOf } from './connection.ts';

/**
 * The connections of one try, which it can take from whatever of it still runs. A full server lets nobody in anew: what a try
 * has set it can take down at once only over the connections that it has (measured: at `maxclients`, with clients that
 * come back as soon as they are killed, 279 attempts to connect in 15 s were refused).
 */
export interface Held {
  open: Servers['open'];
  /**
   * Every connection that was opened and not closed, by its endpoint. Who was lent one finds it lost; what was sent over it is carried
   * out, or is not, before what is sent from now on.
   */
  takeBack(): ReadonlyMap<string, Session>;
  close(): void;
}

export const holding = (open: Servers['open']): Held => {
  const lent = new Map<string, Lent>();
  let isOver = false;
  return {
    async open(endpoint, untilMs) {
      const name = nameOf(endpoint);
      const session = new Lent(await open(endpoint, untilMs), name);
      // Nobody would take it back, or close it.
      if (isOver) {
        session.close();
        throw new SessionLost(`${name} was connected too late`);
      }
      lent.set(name, session);
      return session;
    },
    takeBack() {
      isOver = true;
      return new Map(
        [...lent].flatMap(([name, session]) => (session.isClosed ? [] : [[name, session.takeBack()] as const])),
      );
    },
    close() {
      isOver = true;
      for (const session of lent.values()) session.takeBack().close();
    },
  };
};

class Lent implements Session {
  isClosed = false;
  readonly #session: Session;
  readonly #over = Promise.withResolvers<never>();
  readonly #name: string;
  #lost: SessionLost | undefined;

  constructor(session: Session, name: string) {
    this.#session = session;
    this.#name = name;
    this.#over.promise.catch(() => undefined);
  }

  get localAddress(): string {
    return this.#session.localAddress;
  }

  get sentBytes(): number {
    return this.#session.sentBytes;
  }

  takeBack(): Session {
    this.#lost ??= new SessionLost(`${this.#name} was taken over`);
    this.#over.reject(this.#lost);
    return this.#session;
  }

  ask(...command: Command): Promise<Reply> {
    return this.#unlessOver(() => this.#session.ask(...command));
  }

  askAll(commands: readonly Command[]): Promise<Reply[]> {
    return this.#unlessOver(() => this.#session.askAll(commands));
  }

  hear(...about: Parameters<Session['hear']>): Promise<string[]> {
    return this.#unlessOver(() => this.#session.hear(...about));
  }

  prolong(untilMs: number): void {
    if (!this.#lost) this.#session.prolong(untilMs);
  }

  close(): void {
    if (this.#lost) return;
    this.isClosed = true;
    this.#session.close();
  }

  async #unlessOver<T>(asks: () => Promise<T>): Promise<T> {
    if (this.#lost) throw this.#lost;
    return Promise.race([asks(), this.#over.promise]);
  }
}
