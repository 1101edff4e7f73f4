import { isIP } from 'node:net';
import { NetworkNotAllowedError } from '../migration/errors.ts';
import type { Endpoint } from '../migration/record.ts';
import { NotDialled, type Servers, type Session, SessionLost, Unread } from '../preflight/ports.ts';
import { connectByTls, connectTcp, Dialler, lookUp, type Way } from './dial.ts';
import { RedisSession } from './redis-session.ts';

/** For a connection, a handshake, a name, and each answer. */
const ANSWER_WITHIN_MS = 1500;

const nameOf = ({ address, port }: Endpoint): string => `${address}:${port}`;

/** Redis servers over TCP. @param now the clock that the deadlines are told by. @throws EnvironmentError */
export const redisServers = (
  now: () => number = Date.now,
  answerMs = ANSWER_WITHIN_MS,
  mostBytes?: number,
  dialler = new Dialler(),
): Servers => {
  const msUntil = (untilMs: number) => Math.max(0, Math.min(answerMs, untilMs - now()));

  /** @throws NotDialled, SessionLost */
  const wayTo = async (endpoint: Endpoint, ms: number): Promise<Way> => {
    try {
      return await within(ms, dialler.way(endpoint));
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof NetworkNotAllowedError) throw new NotDialled(message, { cause: error });
      throw new SessionLost(`${nameOf(endpoint)}: ${message}`, { cause: error });
    }
  };

  const connectTo = (endpoint: Endpoint, way: Way, ms: number, untilMs: number): Promise<Session> =>
    new Promise((resolve, reject) => {
      const socket = connectTcp(way);
      const fail = (why: string) => {
        clearTimeout(timer);
        socket.destroy();
        reject(new SessionLost(`${nameOf(endpoint)}: ${why}`));
      };
      const late = () => socket.connecting && fail(`no connection within ${Math.round(ms)} ms`);
      // It may have come about while this process itself was busy: one look at the sockets before it is given up.
      const timer = setTimeout(() => setImmediate(late), ms);
      // Stays for good: an error after the connection was given up must not end the process.
      socket.on('error', (error) => fail(reasonOf(error)));
      socket.once('connect', () => {
        clearTimeout(timer);
        resolve(
          new RedisSession(socket, nameOf(endpoint), { now, untilMs, answerMs, ...(mostBytes && { mostBytes }) }),
        );
      });
    });

  const shakesHands = (way: Way, ms: number): Promise<boolean> =>
    new Promise((resolve) => {
      // Nothing is sent over it: whose certificate it is, and how strong, makes no difference.
      const weak = { rejectUnauthorized: false, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
      const socket = connectByTls(way, weak);
      const tell = (speaks: boolean) => {
        clearTimeout(timer);
        socket.destroy();
        resolve(speaks);
      };
      const timer = setTimeout(tell, ms, false);
      socket.once('secureConnect', () => tell(true));
      // An alert is TLS too: a server that wants our certificate ends the handshake by one.
      socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => tell(/^ERR_SSL_.*ALERT/.test(code)));
      socket.once('close', () => tell(false));
    });

  return {
    async open(endpoint, untilMs) {
      const ms = msUntil(untilMs);
      if (ms === 0) throw new SessionLost(`${nameOf(endpoint)}: no time was left to connect`);
      return connectTo(endpoint, await wayTo(endpoint, ms), msUntil(untilMs), untilMs);
    },

    async speaksTls(endpoint, untilMs) {
      const ms = msUntil(untilMs);
      if (ms === 0) return false;
      try {
        return await shakesHands(await wayTo(endpoint, ms), msUntil(untilMs));
      } catch (error) {
        if (error instanceof SessionLost) return false;
        throw error;
      }
    },

    async resolve(name, untilMs) {
      if (isIP(name) !== 0) return [name];
      try {
        const found = await within(msUntil(untilMs), lookUp(name));
        return [...new Set(found.map(({ address }) => address))];
      } catch (error) {
        throw new Unread(`The name ${name} cannot be resolved: ${(error as Error).message}`);
      }
    },
  };
};

const within = <T>(ms: number, work: Promise<T>): Promise<T> => {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${Math.round(ms)} ms`)), ms);
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
};

/** A name with several addresses fails with one error for all of them, which has no message of its own. */
const reasonOf = (error: Error): string =>
  error instanceof AggregateError ? error.errors.map(({ message }: Error) => message).join('; ') : error.message;
