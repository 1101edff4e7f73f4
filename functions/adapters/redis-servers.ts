import { promises as dns } from 'node:dns';
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Endpoint } from '../migration/record.ts';
import { type Servers, type Session, SessionLost, Unread } from '../preflight/ports.ts';
import { RedisSession } from './redis-session.ts';

/** For a connection, a handshake, a name, and each answer. */
const ANSWER_WITHIN_MS = 1500;

const nameOf = ({ address, port }: Endpoint): string => `${address}:${port}`;

/** Redis servers over TCP. @param now the clock that the deadlines are told by */
export const redisServers = (
  now: () => number = Date.now,
  answerMs = ANSWER_WITHIN_MS,
  mostBytes?: number,
): Servers => {
  const msUntil = (untilMs: number) => Math.max(0, Math.min(answerMs, untilMs - now()));

  return {
    open: (endpoint, untilMs) =>
      new Promise<Session>((resolve, reject) => {
        const ms = msUntil(untilMs);
        if (ms === 0) return reject(new SessionLost(`${nameOf(endpoint)}: no time was left to connect`));
        const socket = connect({ host: endpoint.address, port: endpoint.port, noDelay: true });
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
      }),

    speaksTls: (endpoint, untilMs) =>
      new Promise((resolve) => {
        const ms = msUntil(untilMs);
        if (ms === 0) return resolve(false);
        // Nothing is sent over it: whose certificate it is, and how strong, makes no difference.
        const weak = { rejectUnauthorized: false, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
        const socket = connectTls({ host: endpoint.address, port: endpoint.port, ...weak });
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
      }),

    async resolve(name, untilMs) {
      if (isIP(name) !== 0) return [name];
      const { promise: tooLate, reject } = Promise.withResolvers<never>();
      const ms = msUntil(untilMs);
      const timer = setTimeout(() => reject(new Error(`no answer within ${Math.round(ms)} ms`)), ms);
      try {
        const found = await Promise.race([dns.lookup(name, { all: true }), tooLate]);
        if (found.length === 0) throw new Error('it has no address');
        return [...new Set(found.map(({ address }) => address))];
      } catch (error) {
        throw new Unread(`The name ${name} cannot be resolved: ${(error as Error).message}`);
      } finally {
        clearTimeout(timer);
      }
    },
  };
};

/** A name with several addresses fails with one error for all of them, which has no message of its own. */
const reasonOf = (error: Error): string =>
  error instanceof AggregateError ? error.errors.map(({ message }: Error) => message).join('; ') : error.message;
