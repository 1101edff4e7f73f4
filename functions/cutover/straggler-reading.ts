import type { Endpoint } from '../migration/record.ts';
import type { ClientLine } from '../preflight/facts.ts';
import { hostOf, toClients } from '../preflight/gather/client-list.ts';
import { commandFlags, replicationOf } from '../preflight/gather/command-info.ts';
import { textIn } from '../preflight/gather/replies.ts';
import { Refused, type Reply, type Servers, type Session, Unread } from '../preflight/ports.ts';
import { numberOf, parseInfo } from '../replication/info.ts';
import type { Clock } from '../replication/ports.ts';
import { type Connected, usersIn } from './straggler-clients.ts';
import { MOST_ENTRIES, type Refusal, refusalsIn } from './straggler-log.ts';

/** Somebody who turned to a node, as it told it itself. */
export interface Sighting {
  kind: 'writes' | 'reads';
  host: string;
  user?: string;
  name?: string;
  command?: string;
  /** How often it was refused. */
  count?: number;
  ageMs: number;
}

export interface Seen {
  /** Milliseconds since the epoch, by our own clock. */
  atMs: number;
  sightings: Sighting[];
  /** Writes that min-replicas has refused so far; absent where that is not told. */
  refusedWrites?: number;
  /** So many clients are connected, and were not listed. */
  unlisted?: number;
}

/** A server does nothing else while it writes its list: 1 to 3 ms with so many clients (measured on 7.0). */
const MOST_CLIENTS = 1000;
/** A server of another kind could name any number. */
const MOST_NAMES = 200;

/** @throws Unread when the node cannot be reached, or answers what is no answer */
export const readStragglers = async (
  servers: Pick<Servers, 'open'>,
  endpoint: Endpoint,
  untilMs: number,
  clock: Clock,
): Promise<Seen> => {
  const session = await servers.open(endpoint, untilMs);
  try {
    const [id = null, clients = null, errors = null, log = null] = await session.askAll([
      ['CLIENT', 'ID'],
      ['INFO', 'clients'],
      ['INFO', 'errorstats'],
      ['ACL', 'LOG', String(MOST_ENTRIES)],
    ]);
    const atMs = clock.now();
    const connected = numberOf(parseInfo(textIn(unrefused(clients), 'INFO')), 'connected_clients') ?? 0;
    const refused = Buffer.isBuffer(errors) ? refusedBy(errors.toString()) : undefined;
    // Before 6.0 there is no ACL LOG, and another user may not ask for it: then there is less to tell.
    const refusals = log instanceof Refused ? [] : refusalsIn(log);
    const list = connected > MOST_CLIENTS ? undefined : await listOf(session);
    const users = usersIn(list ?? [], new Set([String(id)]));
    return {
      atMs,
      sightings: await sightingsOf(session, refusals, users),
      ...(refused !== undefined && { refusedWrites: refused }),
      // One of them is we.
      ...(!list && connected > 1 && { unlisted: connected - 1 }),
    };
  } finally {
    session.close();
  }
};

/** undefined when it is refused. */
const listOf = async (session: Session): Promise<ClientLine[] | undefined> => {
  const [reply = null] = await session.askAll([['CLIENT', 'LIST']]);
  return reply instanceof Refused ? undefined : toClients(textIn(reply, 'CLIENT LIST'));
};

const unrefused = (reply: Reply): Reply => {
  if (reply instanceof Unread) throw reply;
  return reply;
};

const refusedBy = (errorstats: string): number | undefined => {
  const count = /^errorstat_NOREPLICAS:count=(\d{1,15})\r?$/m.exec(errorstats)?.[1];
  return count === undefined ? undefined : Number(count);
};

/** Whether a command writes is told by the server itself. The fence refuses nothing else: what is not told was a write. */
const sightingsOf = async (
  session: Session,
  refusals: readonly Refusal[],
  users: readonly Connected[],
): Promise<Sighting[]> => {
  const names = new Set([...refusals, ...users].flatMap(({ command }) => command ?? []));
  const flags = await flagsOf(session, [...names].slice(0, MOST_NAMES));
  const kindOf = (command: string) => replicationOf(command, flags.get(command));

  const refusedWriters = refusals
    .filter(({ command }) => kindOf(command) !== 'never')
    .map(({ user, command, count, ageMs, client }): Sighting => {
      const name = client.get('name');
      return { kind: 'writes', host: hostOf(client), user, ...(name && { name }), command, count, ageMs };
    });
  const counted = new Set(refusedWriters.map(({ host, user }) => JSON.stringify([host, user])));
  const present = users.flatMap(({ idleMs, client, ...rest }): Sighting[] => {
    const { command = '' } = rest;
    const kind = kindOf(command) === 'always' || /^s?publish$/.test(command) ? 'writes' : 'reads';
    const sighting = { kind, host: hostOf(client), ageMs: idleMs, ...rest } as const;
    // Its refusals tell the same, and how often; a script may have been among them.
    return kindOf(command) !== 'never' && counted.has(JSON.stringify([sighting.host, sighting.user])) ? [] : [sighting];
  });
  return [...refusedWriters, ...present];
};

/** Where COMMAND was renamed or is refused, nothing is told. */
const flagsOf = async (session: Session, names: readonly string[]): ReturnType<typeof commandFlags> => {
  try {
    return await commandFlags(session, names);
  } catch (error) {
    if (error instanceof Refused) return new Map();
    throw error;
  }
};
