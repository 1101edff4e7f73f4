import type { Info } from '../../replication/info.ts';
import type { ClientLine } from '../facts.ts';
import { Unread } from '../ports.ts';
import { numberField } from '../unreadable.ts';
import type { Line } from './lines.ts';
import { textIn, unexpected } from './replies.ts';

/** Redis 7 has 29 fields, Valkey 8 a few more. */
const MOST_FIELDS = 64;

/**
 * A server does nothing else while it writes its list: 1 to 3 ms with so many clients, and 24 to 80 ms with 9000 (measured
 * on 7.0).
 */
const MOST_CLIENTS = 1000;

/**
 * CLIENT LIST without our own connections.
 * @param info of the server, without which nobody knows how long the list is
 * @throws Unread, UnreadableFieldError
 */
export const clientsOf = async (line: Line, info: Info | undefined): Promise<ClientLine[]> => {
  if (!info) throw new Unread('INFO does not tell how many clients are connected, so CLIENT LIST was not asked for');
  const connected = numberField(info, 'connected_clients', 'sourceClients');
  if (connected > MOST_CLIENTS)
    throw new Unread(
      `${connected} clients are connected: CLIENT LIST of more than ${MOST_CLIENTS} would hold the server up, and was not asked for`,
    );
  const text = textIn(await line.ask('CLIENT', 'LIST'), 'CLIENT LIST');
  const clients = toClients(text);
  // We are connected ourselves.
  if (clients.length === 0 || !clients.every((client) => client.has('addr'))) throw unexpected('CLIENT LIST');
  const isOurs = await line.ourselves();
  return clients.filter((client) => !isOurs(client));
};

/** Lines as CLIENT LIST has them. */
export const toClients = (text: string): ClientLine[] =>
  text
    .split('\n')
    .filter((one) => one.trim() !== '')
    .map(toClient);

/** Names and values have no spaces. */
const toClient = (line: string): ClientLine =>
  new Map(
    line
      .split(' ', MOST_FIELDS)
      .map((field) => [field, field.indexOf('=')] as const)
      .filter(([, equals]) => equals > 0)
      .map(([field, equals]) => [field.slice(0, equals), field.slice(equals + 1)]),
  );

/** `10.0.0.7` of `10.0.0.7:51334`, `fd00::7` of `[fd00::7]:51334`. */
export const hostOf = (client: ClientLine): string =>
  (client.get('addr') ?? '').replace(/:\d*$/, '').replace(/^\[|\]$/g, '');

/** A replica of the server, or the primary that the server follows. */
export const isReplication = (client: ClientLine): boolean => /[SM]/.test(client.get('flags') ?? '');
