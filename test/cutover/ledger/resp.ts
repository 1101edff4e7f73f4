import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer that begins with `-`: the server is there and says no. */
export class Refusal extends Error {
  override readonly name = 'Refusal' as const;
}

export type Reply = string | number | boolean | null | Refusal | Reply[];

/** The connection ended before the answer came: whether the command was carried out is not known. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered' as const;
}

/**
 * One connection in RESP2 or RESP3, as thin as it can be: the writers of a ledger share a processor with the servers that
 * they write to, and a client library would take most of it.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #waiting: { resolve(reply: Reply): void; reject(reason: Error): void }[] = [];
  #text = '';
  #open = true;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // One byte a character: lengths on the wire are lengths of the text.
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => this.#read(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#end());
  }

  /** @throws Error when nobody listens there */
  static async open(port: number): Promise<Connection> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket);
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** @returns the answer, a refusal too. @throws Unanswered */
  call(...command: (string | number)[]): Promise<Reply> {
    if (!this.#open) return Promise.reject(new Unanswered('the connection is closed'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      const words = command.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
      this.#socket.write(`*${command.length}\r\n${words.join('')}`);
    });
  }

  /** @throws Refusal, Unanswered */
  async ask<T extends Reply>(...command: (string | number)[]): Promise<T> {
    const reply = await this.call(...command);
    if (reply instanceof Refusal) throw reply;
    return reply as T;
  }

  close(): void {
    this.#socket.destroy();
    this.#end();
  }

  #end(): void {
    this.#open = false;
    for (const { reject } of this.#waiting.splice(0)) reject(new Unanswered('the connection was closed'));
  }

  #read(chunk: string): void {
    this.#text += chunk;
    let at = 0;
    for (;;) {
      const parsed = parse(this.#text, at);
      if (!parsed) break;
      at = parsed.next;
      // What the server pushes answers nothing, but for the subscription itself.
      const isPush = parsed.push === true && (parsed.reply as Reply[])[0] !== 'subscribe';
      if (!isPush) this.#waiting.shift()?.resolve(parsed.reply);
    }
    this.#text = this.#text.slice(at);
  }
}

interface Parsed {
  reply: Reply;
  next: number;
  push?: true;
}

/** One reply from `at` on; undefined while it is not complete. */
const parse = (text: string, at: number): Parsed | undefined => {
  const end = text.indexOf('\r\n', at);
  if (end === -1) return undefined;
  const rest = text.slice(at + 1, end);
  const next = end + 2;
  switch (text[at]) {
    case '+':
      return { reply: rest, next };
    case '-':
      return { reply: new Refusal(rest), next };
    case ':':
    case ',':
      return { reply: Number(rest), next };
    case '#':
      return { reply: rest === 't', next };
    case '_':
      return { reply: null, next };
    case '$':
    case '=':
      return parseBulk(text, Number(rest), next);
    case '*':
    case '~':
      return parseItems(text, Number(rest), next);
    case '%':
      return parseItems(text, 2 * Number(rest), next);
    case '>': {
      const items = parseItems(text, Number(rest), next);
      return items && { ...items, push: true };
    }
    default:
      throw new Error(`not RESP: ${text.slice(at, at + 40)}`);
  }
};

const parseBulk = (text: string, length: number, at: number): Parsed | undefined => {
  if (length === -1) return { reply: null, next: at };
  const next = at + length + 2;
  return next > text.length ? undefined : { reply: text.slice(at, at + length), next };
};

const parseItems = (text: string, count: number, at: number): Parsed | undefined => {
  if (count === -1) return { reply: null, next: at };
  const items: Reply[] = [];
  let next = at;
  for (let item = 0; item < count; item++) {
    const parsed = parse(text, next);
    if (!parsed) return undefined;
    items.push(parsed.reply);
    next = parsed.next;
  }
  return { reply: items, next };
};
