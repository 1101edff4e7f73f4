import { ErrorReply, RedisClient } from '@redis/client';
import { type Info, parseInfo } from './info.ts';

export interface ControlAddress {
  host: string;
  port: number;
  username?: string;
  password?: string;
}

/** Nothing, or no Redis, answers at an address, or the connection broke. The reason is the `cause`. */
export class RedisUnreachableError extends Error {
  override readonly name = 'RedisUnreachableError' as const;

  constructor(at: ControlAddress, options?: ErrorOptions) {
    super(`Redis at ${at.host}:${at.port} is unreachable: ${reasonOf(options?.cause)}`, options);
  }
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message || cause.name : String(cause));

/** A connection of the control plane to one server. */
export interface Control {
  /**
   * Sends one command. An error reply rejects with the client's `ErrorReply`, whose message is the reply's text.
   * @throws {RedisUnreachableError} the connection broke, or no answer came within `timeoutMs`.
   */
  command<T = unknown>(...args: string[]): Promise<T>;
  info(section?: string): Promise<Info>;
  readonly open: boolean;
  close(): void;
}

/**
 * Loopback answers within microseconds. But with 400 servers synchronising at once on two cores some were silent for more than
 * 3 s (measured); after this long a server counts as stuck.
 */
const DEFAULT_TIMEOUT_MS = 15_000;

/**
 * Opens one connection. It never reconnects and never queues: a control command that cannot run now must not run later.
 * @throws {RedisUnreachableError} nothing listens there, or it asks for credentials that were not given.
 */
export const connectControl = async (address: ControlAddress, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<Control> => {
  // Not by `createClient`, which makes a class with the methods of all commands for each other port: 40 ms of processor time
  // (measured with @redis/client 6.3.1). Nobody here calls them.
  const client = new RedisClient({
    RESP: 2,
    socket: { host: address.host, port: address.port, connectTimeout: timeoutMs, reconnectStrategy: false },
    disableOfflineQueue: true,
    disableClientInfo: true,
    ...(address.username === undefined ? {} : { username: address.username }),
    ...(address.password === undefined ? {} : { password: address.password }),
  });
  // The client emits what it also rejects with; an emitter without a listener would end the process.
  client.on('error', () => undefined);

  const limited = async <T>(work: Promise<T>): Promise<T> => {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    try {
      return await Promise.race([work, promise]);
    } catch (cause) {
      if (isErrorReply(cause)) throw cause;
      close();
      throw new RedisUnreachableError(address, { cause });
    } finally {
      clearTimeout(timer);
    }
  };
  const close = () => {
    if (client.isOpen) client.destroy();
  };

  try {
    await limited(client.connect());
  } catch (failure) {
    close();
    throw failure instanceof RedisUnreachableError ? failure : new RedisUnreachableError(address, { cause: failure });
  }
  return {
    command: <T>(...args: string[]) => limited(client.sendCommand<T>(args)),
    info: async (section) =>
      parseInfo(await limited(client.sendCommand<string>(section === undefined ? ['INFO'] : ['INFO', section]))),
    get open() {
      return client.isReady;
    },
    close,
  };
};

/** An answer that begins with `-`: the server is there and says no. */
export const isErrorReply = (failure: unknown): failure is ErrorReply => failure instanceof ErrorReply;
