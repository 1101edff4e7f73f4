import type { Socket } from 'node:net';
import { type Command, Refused, type Reply, type Session, SessionLost, type Unread } from '../preflight/ports.ts';
import { BrokenAnswer, RespReader } from './resp-reader.ts';

/**
 * COMMAND of Redis 7 has 11,508 elements, 8 deep (measured). CLIENT LIST may be the longest answer: some 350 bytes a client.
 * Texts of an error or a length fit into a line.
 */
const LIMITS = { bytes: 4 * 1024 * 1024, elements: 50_000, depth: 16, lineBytes: 16 * 1024 };
const MOST_MESSAGES = 500;

export interface SessionTimes {
  now(): number;
  /** Nothing is waited for past this time. */
  untilMs: number;
  /** For each answer, from when the one before it had come. */
  answerMs: number;
  /** Of the answers to one call; by default 4 MiB. */
  mostBytes?: number;
}

/** Commands that were sent together. */
interface Call {
  commands: readonly Command[];
  replies: Reply[];
  resolve(replies: Reply[]): void;
  reject(reason: Unread): void;
}

/**
 * A connection in RESP2 of which nothing is believed. The first thing that is wrong ends it: after a late, broken or
 * oversized answer nobody knows any more which answer belongs to which question.
 */
export class RedisSession implements Session {
  readonly localAddress: string;
  sentBytes = 0;
  readonly #socket: Socket;
  readonly #name: string;
  #times: SessionTimes;
  readonly #reader: RespReader;
  readonly #calls: Call[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lost: Unread | undefined;
  #listener: { message(reply: Reply): void; lost(reason: Unread): void } | undefined;

  /** @param socket is connected */
  constructor(socket: Socket, name: string, times: SessionTimes) {
    this.#socket = socket;
    this.#name = name;
    this.#times = times;
    this.#reader = new RespReader({ ...LIMITS, bytes: times.mostBytes ?? LIMITS.bytes }, (reply) => this.#take(reply));
    const { localAddress = '', localPort = 0 } = socket;
    this.localAddress = `${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', ({ message }) => this.#lose(message));
    socket.on('close', () =>
      this.#lose(this.#reader.amid ? 'closed the connection amid an answer' : 'closed the connection'),
    );
  }

  async ask(...command: Command): Promise<Reply> {
    const [reply] = (await this.askAll([command])) as [Reply];
    if (reply instanceof Refused) throw reply;
    return reply;
  }

  async askAll(commands: readonly Command[]): Promise<Reply[]> {
    if (commands.length === 0) return [];
    if (this.#lost) throw this.#lost;
    if (this.#leftMs() <= 0) throw new SessionLost(`${this.#name}: no time was left to ask for ${nameOf(commands)}`);
    const { promise, resolve, reject } = Promise.withResolvers<Reply[]>();
    this.#calls.push({ commands, replies: [], resolve, reject });
    if (this.#calls.length === 1) this.#next();
    const bytes = Buffer.concat(commands.map(encoded));
    this.sentBytes += bytes.length;
    this.#socket.write(bytes);
    return promise;
  }

  async hear(channel: string, forMs: number, enough: (messages: readonly string[]) => boolean): Promise<string[]> {
    const heard: string[] = [];
    const { promise: over, resolve, reject } = Promise.withResolvers<void>();
    // It may be lost while the answer to SUBSCRIBE is awaited, which tells the same.
    over.catch(() => undefined);
    this.#listener = {
      message(reply) {
        const [, , text] = Array.isArray(reply) ? reply : [];
        if (Buffer.isBuffer(text) && heard.length < MOST_MESSAGES) heard.push(text.toString());
        if (heard.length === MOST_MESSAGES || enough(heard)) resolve();
      },
      lost: reject,
    };
    await this.ask('SUBSCRIBE', channel);
    const timer = setTimeout(resolve, Math.max(0, Math.min(forMs, this.#leftMs())));
    try {
      await over;
    } finally {
      clearTimeout(timer);
      this.close();
    }
    return heard;
  }

  prolong(untilMs: number): void {
    this.#times = { ...this.#times, untilMs };
    // What is awaited already has the new time, too.
    this.#next();
  }

  close(): void {
    this.#lose('was closed by us');
  }

  #read(chunk: Buffer): void {
    // What still comes when it was given up is let go.
    if (this.#lost) return;
    try {
      this.#reader.push(chunk);
    } catch (broken) {
      if (!(broken instanceof BrokenAnswer)) throw broken;
      this.#lose(`sent ${broken.message}`);
    }
  }

  #take(reply: Reply): void {
    if (this.#lost) return;
    const [call] = this.#calls;
    if (call) {
      call.replies.push(reply);
      if (call.replies.length === call.commands.length) {
        this.#calls.shift();
        call.resolve(call.replies);
        this.#reader.allow();
      }
      this.#next();
    } else if (this.#listener) this.#listener.message(reply);
    // A server that takes nobody says so before it is asked: protected mode, too many clients.
    else if (reply instanceof Refused) this.#end(reply);
    else this.#lose('spoke without being asked');
  }

  /** The next answer's time begins. */
  #next(): void {
    clearTimeout(this.#timer);
    const [call] = this.#calls;
    if (!call) return;
    const ms = Math.max(0, Math.min(this.#times.answerMs, this.#leftMs()));
    const { length } = call.replies;
    const late = () => {
      if (this.#calls[0] === call && call.replies.length === length)
        this.#lose(`did not answer ${nameOf(call.commands.slice(length))} within ${Math.round(ms)} ms`);
    };
    // An answer may lie unread where this process itself was busy: one look at the sockets before it is given up.
    this.#timer = setTimeout(() => setImmediate(late), ms);
  }

  #leftMs(): number {
    return this.#times.untilMs - this.#times.now();
  }

  #lose(why: string): void {
    if (!this.#lost) this.#end(new SessionLost(`${this.#name} ${why}`));
  }

  #end(reason: Unread): void {
    this.#lost = reason;
    clearTimeout(this.#timer);
    this.#socket.destroy();
    this.#listener?.lost(reason);
    for (const { reject } of this.#calls.splice(0)) reject(reason);
  }
}

const nameOf = ([first = []]: readonly Command[]): string => String(first[0]).toUpperCase();

const encoded = (command: Command): Buffer =>
  Buffer.concat([
    Buffer.from(`*${command.length}\r\n`),
    ...command.flatMap((word) => {
      const bytes = typeof word === 'string' ? Buffer.from(word) : word;
      return [Buffer.from(`$${bytes.length}\r\n`), bytes, CRLF];
    }),
  ]);

const CRLF = Buffer.from('\r\n');
