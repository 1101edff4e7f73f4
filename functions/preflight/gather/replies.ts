import { type Info, parseInfo } from '../../replication/info.ts';
import { Refused, type Reply, Unread } from '../ports.ts';

/** Answers as what they have to be. `command` is for the words of the Unread that is thrown when they are not. */

export const unexpected = (command: string): Unread =>
  new Unread(`${command} was answered in a form that it does not have`);

/** The answers, when none of them is a refusal. @throws Refused the first that is */
export const accepted = (replies: readonly Reply[]): readonly Reply[] => {
  const refusal = replies.find((reply) => reply instanceof Refused);
  if (refusal) throw refusal;
  return replies;
};

/** @throws Unread */
export const bytesIn = (reply: Reply | undefined, command: string): Buffer => {
  if (Buffer.isBuffer(reply)) return reply;
  throw unexpected(command);
};

/** @throws Unread */
export const textIn = (reply: Reply | undefined, command: string): string => bytesIn(reply, command).toString();

/** @throws Unread */
export const listIn = (reply: Reply | undefined, command: string): readonly Reply[] => {
  if (Array.isArray(reply)) return reply;
  throw unexpected(command);
};

/** A number that is exact. @throws Unread */
export const integerIn = (reply: Reply | undefined, command: string): number => {
  if (typeof reply === 'number' && Number.isSafeInteger(reply)) return reply;
  throw unexpected(command);
};

/** Names and values in turns, as RESP2 writes a map. @throws Unread */
export const fieldsIn = (reply: Reply | undefined, command: string): ReadonlyMap<string, Reply> => {
  const list = listIn(reply, command);
  const fields = new Map<string, Reply>();
  for (let at = 0; at + 1 < list.length; at += 2) fields.set(textIn(list[at], command), list[at + 1] as Reply);
  return fields;
};

/** Hundreds of commands, each with three lines, are some 100 kB; thousands of databases another few hundred. */
const MOST_CHARACTERS = 1024 * 1024;

/** @throws Unread it is no INFO, or absurdly long */
export const infoIn = (reply: Reply): Info => {
  const text = textIn(reply, 'INFO');
  if (text.length > MOST_CHARACTERS) throw new Unread(`INFO has ${text.length} characters`);
  const info = parseInfo(text);
  if (!info.has('redis_version')) throw unexpected('INFO');
  return info;
};
