import { integerIn, textIn } from '../../preflight/gather/replies.ts';
import type { Session } from '../../preflight/ports.ts';
import { carryOut } from './ask.ts';
import { FenceFailed } from './fence-failed.ts';

/** A subscriber in RESP3 can write, and is of a type of its own (measured: TYPE normal misses it). */
const CLIENTS = [
  ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'],
  ['CLIENT', 'KILL', 'TYPE', 'pubsub'],
];

/**
 * Ends every client's connection but this one, those that wait in a BLPOP too. Replicas stay.
 *
 * @returns how many
 * @throws FenceFailed, SessionLost
 */
export const killClients = async (session: Session): Promise<number> => {
  const killed = await carryOut(session, CLIENTS);
  return killed.reduce<number>((sum, reply) => sum + integerIn(reply, 'CLIENT KILL'), 0);
};

/**
 * Ends every connection whose name (CLIENT SETNAME) begins with `prefix`, but the one of this name: what is under way in their sockets
 * will never be carried out.
 *
 * @returns how many
 * @throws FenceFailed one of them is still there; SessionLost
 */
export const killConnections = async (session: Session, prefix: string, exceptName: string): Promise<number> => {
  const ids = await named(session, prefix, exceptName);
  if (ids.length === 0) return 0;
  await carryOut(
    session,
    ids.map((id) => ['CLIENT', 'KILL', 'ID', id]),
  );
  const left = await named(session, prefix, exceptName);
  if (left.length > 0) throw new FenceFailed(`${left.length} connections of an earlier try cannot be ended`);
  return ids.length;
};

const named = async (session: Session, prefix: string, exceptName: string): Promise<string[]> => {
  const [list] = await carryOut(session, [['CLIENT', 'LIST']]);
  return textIn(list, 'CLIENT LIST')
    .split('\n')
    .map((line) => new Map(line.split(' ').map((field) => splitOnce(field))))
    .filter((client) => {
      const name = client.get('name') ?? '';
      return name.startsWith(prefix) && name !== exceptName;
    })
    .map((client) => client.get('id') ?? '');
};

const splitOnce = (field: string): [string, string] => {
  const equals = field.indexOf('=');
  return [field.slice(0, equals), field.slice(equals + 1)];
};
