import { isIP } from 'node:net';
import { NetworkNotAllowedError } from '../migration/errors.ts';
import type { Endpoint } from '../migration/record.ts';
import {
  LoginRefused,
  NotDialled,
  Refused,
  type Servers,
  type Session,
  SessionLost,
  Unread,
} from '../preflight/ports.ts';
import { type Approach, connectByTls, connectTcp, type Dialler, lookUp, type Way } from './dial.ts';
import { authRefused, LoginError, tlsRefused } from './login.ts';
import { RedisSession } from './redis-session.ts';
import { theDialler } from './the-dialler.ts';

/** For a connection, a handshake, a name, and each answer. */
const ANSWER_WITHIN_MS = 1500;

const nameOf = ({ address, port }: Endpoint): string => `${address}:${port}`;

/** Redis servers over TCP and TLS. @param now the clock that the deadlines are told by. @throws EnvironmentError */
export const redisServers = (
  now: () => number = Date.now,
  answerMs = ANSWER_WITHIN_MS,
  mostBytes?: number,
  dialler: Dialler = theDialler(),
): Servers => {
  const msUntil = (untilMs: number) => Math.max(0, Math.min(answerMs, untilMs - now()));
  const approachMs = (untilMs: number) => Math.max(0, Math.min(answerMs + dialler.secretsWithinMs, untilMs - now()));
  const unlessLate = (endpoint: Endpoint, untilMs: number): void => {
    if (msUntil(untilMs) === 0) throw new SessionLost(`${nameOf(endpoint)}: no time was left to connect`);
  };

  /** @throws NotDialled, LoginRefused, SessionLost */
  const told = async <T>(endpoint: Endpoint, ms: number, work: Promise<T>): Promise<T> => {
    try {
      return await within(ms, work);
    } catch (error) {
      if (error instanceof Unread) throw error;
      const { message } = error as Error;
      if (error instanceof NetworkNotAllowedError) throw new NotDialled(message, { cause: error });
      if (error instanceof LoginError) throw toRefused(error);
      throw new SessionLost(`${nameOf(endpoint)}: ${message}`, { cause: error });
    }
  };

  /** @throws SessionLost, LoginRefused among them */
  const connectBy = ({ way, tls, arn }: Approach, endpoint: Endpoint, untilMs: number): Promise<Met> =>
    new Promise((resolve, reject) => {
      const ms = msUntil(untilMs);
      const socket = tls ? connectByTls(way, tls) : connectTcp(way);
      let isOpen = false;
      let refusal: LoginRefused | undefined;
      const fail = (error: Error) => {
        clearTimeout(timer);
        socket.destroy();
        reject(error);
      };
      const lost = (why: string) => new SessionLost(`${nameOf(endpoint)}: ${why}`);
      const late = () => !isOpen && fail(lost(`no connection within ${Math.round(ms)} ms`));
      // It may have come about while this process itself was busy: one look at the sockets before it is given up.
      const timer = setTimeout(() => setImmediate(late), ms);
      // Stays for good: an error after the connection was given up must not end the process.
      socket.on('error', (error) => {
        refusal = tls && refusedByTls({ ...endpoint, port: way.port }, error, arn);
        fail(refusal ?? lost(reasonOf(error)));
      });
      socket.once('close', () => fail(lost('closed the connection')));
      socket.once(tls ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer);
        isOpen = true;
        const times = { now, untilMs, answerMs, ...(mostBytes && { mostBytes }) };
        resolve({ session: new RedisSession(socket, nameOf(endpoint), times), refusal: () => refusal });
      });
    });

  /** @throws SessionLost, LoginRefused among them */
  const open = async (approach: Approach, endpoint: Endpoint, untilMs: number): Promise<Session> => {
    const { session, refusal } = await connectBy(approach, endpoint, untilMs);
    if (!approach.login && !approach.tls) return session;
    try {
      // By TLS 1.3 a server that wants another certificate of its client says so only when the client has spoken.
      await (approach.login ? session.ask(...approach.login.command()) : session.askAll([['PING']]));
      return session;
    } catch (error) {
      session.close();
      const { kind = '' } = error instanceof Refused ? error : {};
      if (kind === '') throw refusal() ?? error;
      // A server that takes nobody says so before it is asked. Nothing that came behind AUTH is repeated.
      if (kind === 'DENIED' || /max number of clients/.test((error as Refused).message))
        throw new SessionLost(`${nameOf(endpoint)}: it takes nobody more (${kind === 'DENIED' ? kind : 'maxclients'})`);
      throw toRefused(authRefused(endpoint, kind, approach.arn));
    }
  };

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
      unlessLate(endpoint, untilMs);
      const approach = await told(endpoint, approachMs(untilMs), dialler.approach(endpoint));
      try {
        return await open(approach, endpoint, untilMs);
      } catch (error) {
        if (!(error instanceof LoginRefused) || msUntil(untilMs) === 0) throw error;
        const newer = await told(endpoint, approachMs(untilMs), dialler.newer(endpoint, approach));
        if (!newer) throw error;
        return open(newer, endpoint, untilMs);
      }
    },

    async openAsNobody(endpoint, untilMs) {
      unlessLate(endpoint, untilMs);
      const way = await told(endpoint, msUntil(untilMs), dialler.way(endpoint));
      return open({ way }, endpoint, untilMs);
    },

    async secretsOf(endpoint, untilMs) {
      const none = { named: false, problems: [] };
      if (dialler.secretsWithinMs === 0) return none;
      try {
        return await told(endpoint, approachMs(untilMs), dialler.secretsOf(endpoint));
      } catch (error) {
        // Whoever dials it is told why.
        if (error instanceof NotDialled) return none;
        if (error instanceof Unread) return { ...none, problems: [{ text: error.message, remedy: [] }] };
        throw error;
      }
    },

    async speaksTls(endpoint, untilMs) {
      const ms = msUntil(untilMs);
      if (ms === 0) return false;
      try {
        return await shakesHands(await told(endpoint, ms, dialler.way(endpoint)), msUntil(untilMs));
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

/** A connection that came about. */
interface Met {
  session: Session;
  /** By TLS, since then. */
  refusal(): LoginRefused | undefined;
}

const toRefused = (error: LoginError): LoginRefused => new LoginRefused(error.problem, { cause: error });

const refusedByTls = (at: Endpoint, error: unknown, arn: string | undefined): LoginRefused | undefined => {
  const refusal = tlsRefused(at, error, arn);
  return refusal && toRefused(refusal);
};

const within = <T>(ms: number, work: Promise<T>): Promise<T> => {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${Math.round(ms)} ms`)), ms);
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
};

/** A name with several addresses fails with one error for all of them, which has no message of its own. */
const reasonOf = (error: Error): string =>
  error instanceof AggregateError ? error.errors.map(({ message }: Error) => message).join('; ') : error.message;
