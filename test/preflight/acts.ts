import type { Socket } from 'node:net';
import { encode, type Plain, parse, type Resp, textOf, toResp } from './resp.ts';

/** One command at a front. */
export interface Turn {
  command: string[];
  /** The connection to answer on. */
  client: Socket;
  /** Hands the command on, and gives the bytes of the real answer. */
  real(): Promise<Buffer>;
}

/** What a front does with a command. The next one of the connection waits for it. */
export type Act = (turn: Turn) => unknown;

const gone = (client: Socket) =>
  new Promise<void>((resolve) => (client.destroyed ? resolve() : client.once('close', () => resolve())));

/** Answers this, and the real server is not asked. */
export const answer =
  (plain: Plain): Act =>
  ({ client }) =>
    client.write(encode(toResp(plain)));

/** `refuse('NOPERM this user has no permissions to run the command')` */
export const refuse = (text = 'NOPERM User default has no permissions to run the command'): Act =>
  answer(new Error(text));

/** Answers these very bytes, whatever they are. */
export const bytes =
  (raw: string | Buffer): Act =>
  ({ client }) =>
    client.write(raw);

/** Never answers this command, nor any after it. */
export const hang: Act = ({ client }) => gone(client);

/** Ends the connection, after these bytes. */
export const hangUp =
  (after = ''): Act =>
  ({ client }) => {
    client.end(after);
    return gone(client);
  };

/** The real answer, so many bytes at a time. */
export const drip =
  (count: number, everyMs: number): Act =>
  async ({ client, real }) => {
    const whole = await real();
    for (let at = 0; at < whole.length && !client.destroyed; at += count) {
      client.write(whole.subarray(at, at + count));
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  };

/** Sends this, and then more and more of `piece`, for as long as somebody listens. */
export const flood =
  (begin: string, piece: Buffer = Buffer.alloc(65_536, 'x')): Act =>
  async ({ client }) => {
    client.write(begin);
    const ended = gone(client);
    while (!client.destroyed) {
      if (!client.write(piece)) await Promise.race([ended, new Promise((resolve) => client.once('drain', resolve))]);
    }
  };

/** The real answer the first time, on whichever connection; then this. */
export const onceThen = (then: Act): Act => {
  let asked = false;
  return async (turn) => {
    if (asked) return then(turn);
    asked = true;
    return turn.client.write(await turn.real());
  };
};

/** The real answer, changed. An answer that is an error stays as it is. */
export const change =
  (how: (answer: Resp, command: string[]) => Resp): Act =>
  async ({ client, command, real }) => {
    const reply = await real();
    const { value } = parse(reply) as { value: Resp };
    client.write(value.type === '-' ? reply : encode(how(value, command)));
  };

/** INFO with these fields told otherwise; undefined takes a field away. One that is not there is added to an INFO of all. */
export const info = (fields: Readonly<Record<string, string | undefined>>): Act =>
  change((reply, command) => {
    if (!('data' in reply) || reply.data === null) return reply;
    const left = new Map(Object.entries(fields));
    const lines = reply.data
      .toString('latin1')
      .split('\r\n')
      .flatMap((line) => {
        const name = line.slice(0, Math.max(0, line.indexOf(':')));
        if (!left.has(name)) return [line];
        const told = left.get(name);
        left.delete(name);
        return told === undefined ? [] : [`${name}:${told}`];
      });
    const all = command.length === 1 || ['default', 'all', 'everything'].includes(command[1] as string);
    if (all) for (const [name, told] of left) if (told !== undefined) lines.splice(-1, 0, `${name}:${told}`);
    return { ...reply, data: Buffer.from(lines.join('\r\n'), 'latin1') };
  });

/** CONFIG GET with these values told otherwise; undefined takes a parameter away. Others are as they are. */
export const config = (values: Readonly<Record<string, string | undefined>>): Act =>
  change((reply) => {
    if (!('items' in reply) || reply.items === null) return reply;
    const items: Resp[] = [];
    for (let at = 0; at + 1 < reply.items.length; at += 2) {
      const [name, value] = reply.items.slice(at, at + 2) as [Resp, Resp];
      const parameter = textOf(name) ?? '';
      if (!Object.hasOwn(values, parameter)) items.push(name, value);
      else if (values[parameter] !== undefined) items.push(name, toResp(values[parameter]));
    }
    return { ...reply, items };
  });

/** Text of the answer with each of these replaced: for answers that are one long text, such as CLIENT LIST. */
export const replace = (from: string | RegExp, to: string): Act =>
  change((reply) =>
    'data' in reply && reply.data !== null
      ? { ...reply, data: Buffer.from(reply.data.toString('latin1').replace(from, to), 'latin1') }
      : reply,
  );
