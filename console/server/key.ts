import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { KeyNeededError } from './errors.ts';
import { isSame } from './guard.ts';

const newSecret = (): string => randomBytes(32).toString('base64url');

const keyIn = ({ headers }: IncomingMessage): string => String(headers['x-console-key'] ?? '');

/**
 * What keeps the other users of this machine out: they reach the port, too, and what is sent there is signed by the operator's
 * credentials. The page finds a key in the fragment of its URL and sends it as a header. No cookie has it: browsers send those
 * to every port of a host, on which another user may listen.
 */
export class AccessKeys {
  readonly #lasting = newSecret();
  readonly #once = new Set<string>();

  /** For the operator's terminal, and for the page: good until the console ends. */
  get lasting(): string {
    return this.#lasting;
  }

  /** For a command line, which the machine's other users can read: whoever comes first uses it up. */
  once(): string {
    const key = newSecret();
    this.#once.add(key);
    return key;
  }

  /** Takes either kind of key. @returns the lasting one @throws KeyNeededError */
  exchange(request: IncomingMessage): string {
    if (!this.#once.delete(keyIn(request))) this.check(request);
    return this.#lasting;
  }

  /** @throws KeyNeededError */
  check(request: IncomingMessage): void {
    if (!isSame(keyIn(request), this.#lasting)) throw new KeyNeededError();
  }
}
