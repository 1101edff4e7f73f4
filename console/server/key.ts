import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Answer } from './answer.ts';
import { KeyNeededError } from './errors.ts';
import { isSame } from './guard.ts';

const newSecret = (): string => randomBytes(32).toString('base64url');

/** Cookies do not know ports: two consoles on one machine must not overwrite each other's. */
const cookieName = ({ socket }: IncomingMessage): string => `console-key-${socket.localPort}`;

const cookieOf = (request: IncomingMessage): string | undefined => {
  const name = cookieName(request);
  const pairs = (request.headers.cookie ?? '').split(/; */).map((pair) => pair.split('=', 2));
  return pairs.find(([found]) => found === name)?.[1];
};

/**
 * What keeps the other users of this machine out: they reach the port, too, and what is sent there is signed by the operator's
 * credentials. Whoever opens a URL that carries a key gets a cookie, which no script can read and no other site's page sends.
 */
export class AccessKeys {
  readonly #cookie = newSecret();
  readonly #lasting = newSecret();
  readonly #once = new Set<string>();

  /** For the operator's terminal: good until the console ends. */
  get lasting(): string {
    return this.#lasting;
  }

  /** For a command line, which the machine's other users can read: whoever comes first uses it up. */
  once(): string {
    const key = newSecret();
    this.#once.add(key);
    return key;
  }

  /** @returns for a page that is asked for with a key in its query: the cookie, and the way to the same page without it */
  admit(request: IncomingMessage, path: string, search: string): Answer | undefined {
    const query = new URLSearchParams(search);
    const key = query.get('key');
    if (key === null) return undefined;
    const isGood = this.#once.delete(key) || isSame(key, this.#lasting);
    query.delete('key');
    const location = query.size > 0 ? `${path}?${query}` : path;
    const cookie = `${cookieName(request)}=${this.#cookie}; Path=/console; HttpOnly; SameSite=Strict`;
    return {
      status: 303,
      headers: { location, 'cache-control': 'no-store', ...(isGood && { 'set-cookie': cookie }) },
    };
  }

  /** @throws KeyNeededError */
  check(request: IncomingMessage): void {
    if (!isSame(cookieOf(request), this.#cookie)) throw new KeyNeededError();
  }
}
