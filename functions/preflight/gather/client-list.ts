import type { ClientLine } from '../facts.ts';
import type { Line, Lines } from './lines.ts';
import { textIn, unexpected } from './replies.ts';

/** Redis 7 has 29 fields, Valkey 8 a few more. */
const MOST_FIELDS = 64;

/** CLIENT LIST without our own connections. @throws Unread */
export const clientsOf = async (line: Line, lines: Pick<Lines, 'isOurs'>): Promise<ClientLine[]> => {
  const text = textIn(await line.ask('CLIENT', 'LIST'), 'CLIENT LIST');
  const clients = text
    .split('\n')
    .filter((one) => one.trim() !== '')
    .map(toClient);
  // We are connected ourselves.
  if (clients.length === 0 || !clients.every((client) => client.has('addr'))) throw unexpected('CLIENT LIST');
  return clients.filter((client) => !lines.isOurs(client.get('addr')));
};

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
