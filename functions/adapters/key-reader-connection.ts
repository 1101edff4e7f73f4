import { NetworkNotAllowedError, TransientServiceError } from '../migration/errors.ts';
import { VerificationImpossibleError } from '../verification/errors.ts';
import { ValueChanged } from '../verification/value-changed.ts';
import { Dialler } from './dial.ts';
import { LoginError } from './login.ts';
import { type Client, connectClient } from './redis-client.ts';
import { ErrorReply } from './redis-connection.ts';

export interface RedisAddress {
  host: string;
  port: number;
  username?: string;
  password?: string;
  tls?: boolean;
}

export type Argument = string | Buffer;

/** Connections to one server, one for each database in use: a SELECT in between could go astray. */
export interface Connections {
  readonly name: string;
  /**
   * Sends one command; replies are Buffers, numbers and simple strings.
   *
   * @throws TransientServiceError, VerificationImpossibleError, ValueChanged, NetworkNotAllowedError; ErrorReply for NOSCRIPT
   */
  command<T>(database: number, args: readonly Argument[]): Promise<T>;
  /** Over the connection that measures. */
  aside<T>(args: readonly Argument[]): Promise<T>;
  /** A connection that nobody else uses until it is given back; waits for a free one. */
  borrow(database: number): Promise<Borrowed>;
  close(): void;
}

export interface Borrowed {
  /** Throws as {@link Connections.command} does. */
  command<T>(args: readonly Argument[]): Promise<T>;
  /** Nothing that was asked of it may be on its way. */
  giveBack(): void;
}

const CONNECT_WITHIN_MS = 5000;
/** No call blocks its server for long, so a server that is silent for so long is stuck. */
const ANSWER_WITHIN_MS = 30_000;
const OPEN_AT_ONCE = 4;
const LENT_AT_ONCE = 4;
const ASIDE = -1;
const PASSING = ['LOADING', 'BUSY', 'MASTERDOWN', 'TRYAGAIN', 'CLUSTERDOWN'];

const open = async ({ host, port, tls, username, password }: RedisAddress, dialler: Dialler, database: number) => {
  const client = await connectClient(
    dialler,
    { address: host, port },
    {
      connectWithinMs: CONNECT_WITHIN_MS,
      ...(tls && { tls }),
      ...(database > 0 && { database }),
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      asBuffers: true,
    },
  );
  // Redis 7.2: reading must not make a key look recently used. Servers that do not know it are read all the same.
  await client.sendCommand(['CLIENT', 'NO-TOUCH', 'ON']).catch(() => undefined);
  return client;
};

interface Line {
  client: Promise<Client>;
  waiting: number;
  lastUse: number;
}

/** @throws EnvironmentError */
export const openConnections = (address: RedisAddress, dialler = new Dialler()): Connections => {
  const name = `${address.host}:${address.port}`;
  const lines = new Map<number, Line>();
  let closed = false;
  let uses = 0;

  const drop = (database: number, line: Line) => {
    if (lines.get(database) === line) lines.delete(database);
    line.client.then(
      (client) => client.isOpen && client.destroy(),
      () => undefined,
    );
  };

  const makeRoom = () => {
    const idle = [...lines].filter(([database, { waiting }]) => database !== ASIDE && waiting === 0);
    if (idle.length < OPEN_AT_ONCE) return;
    const [oldest] = idle.sort(([, a], [, b]) => a.lastUse - b.lastUse);
    if (oldest) drop(...oldest);
  };

  const lineTo = (database: number): Line => {
    const known = lines.get(database);
    if (known) return known;
    makeRoom();
    const line = { client: open(address, dialler, database), waiting: 0, lastUse: 0 };
    lines.set(database, line);
    return line;
  };

  const send = async <T>(database: number, args: readonly Argument[]): Promise<T> => {
    if (closed) throw new TransientServiceError(`${args[0]} to ${name}`, 'the reader is closed');
    const line = lineTo(database);
    line.lastUse = ++uses;
    line.waiting++;
    try {
      return (await within(
        line.client.then((client) => client.sendCommand(args as Argument[])),
        args,
      )) as T;
    } catch (error) {
      if (!(error instanceof ErrorReply)) drop(database, line);
      throw named(name, args, error);
    } finally {
      line.waiting--;
    }
  };

  const spares = openSpares(address, dialler, name);

  return {
    name,
    command: send,
    aside: (args) => send(ASIDE, args),
    borrow: spares.borrow,
    close() {
      closed = true;
      for (const [database, line] of lines) drop(database, line);
      spares.close();
    },
  };
};

/** A few connections that are lent, each to one at a time. */
const openSpares = (address: RedisAddress, dialler: Dialler, name: string) => {
  const free: { client: Client; database: number }[] = [];
  const waiting: (() => void)[] = [];
  const lent = new Set<Client>();
  let count = 0;
  let closed = false;

  const take = async (database: number): Promise<Client> => {
    if (count >= LENT_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    else count++;
    const spare = free.pop();
    if (closed) throw new Error('the reader is closed');
    const client = spare?.client ?? (await open(address, dialler, database));
    lent.add(client);
    if (spare && spare.database !== database) await client.sendCommand(['SELECT', String(database)]);
    return client;
  };
  const pass = (): void => {
    const next = waiting.shift();
    if (next) next();
    else count--;
  };

  return {
    async borrow(database: number): Promise<Borrowed> {
      const asked = ['WATCH'];
      let client: Client;
      try {
        client = await within(take(database), asked);
      } catch (error) {
        pass();
        throw named(name, asked, error);
      }
      let isBroken = false;
      return {
        async command<T>(args: readonly Argument[]): Promise<T> {
          try {
            return (await within(client.sendCommand(args as Argument[]), args)) as T;
          } catch (error) {
            isBroken ||= !(error instanceof ErrorReply);
            throw named(name, args, error);
          }
        },
        giveBack() {
          lent.delete(client);
          if (isBroken || closed) client.isOpen && client.destroy();
          else free.push({ client, database });
          pass();
        },
      };
    },
    close() {
      closed = true;
      for (const client of [...lent, ...free.map((one) => one.client)]) client.isOpen && client.destroy();
    },
  };
};

const within = <T>(work: Promise<T>, args: readonly Argument[]): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`no answer to ${args[0]} within ${ANSWER_WITHIN_MS} ms`)),
    ANSWER_WITHIN_MS,
  );
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
};

const named = (name: string, args: readonly Argument[], error: unknown): unknown => {
  if (error instanceof NetworkNotAllowedError) return error;
  if (error instanceof LoginError && error.isFinal) return new VerificationImpossibleError(name, error.message);
  const what = args.slice(0, /^(MEMORY|OBJECT|XINFO|SCRIPT|CLIENT)$/.test(String(args[0])) ? 2 : 1).join(' ');
  if (!(error instanceof ErrorReply)) return new TransientServiceError(`${what} to ${name}`, error);
  const [code = ''] = error.message.slice(0, 100).split(' ');
  if (code === 'NOSCRIPT') return error;
  if (code === 'WRONGTYPE' || code === 'NOGROUP' || error.message.includes('no such key'))
    return new ValueChanged(what);
  if (PASSING.includes(code)) return new TransientServiceError(`${what} to ${name}`, error);
  return new VerificationImpossibleError(name, `${what} was refused: ${error.message.slice(0, 200)}`);
};

export const isNoScript = (error: unknown): boolean =>
  error instanceof ErrorReply && error.message.startsWith('NOSCRIPT');
