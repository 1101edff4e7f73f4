import type { Endpoint } from '../../migration/record.ts';
import type { Servers, Session } from '../../preflight/ports.ts';
import { carryOut } from './ask.ts';

/** Of every connection that acts on a source, of whichever migration. */
export const CONNECTIONS = 'elasticache-migrator-';

/** Of every connection that acts for one migration: whoever takes its fence over ends all of them but its own. */
export const connectionsOf = (migrationId: string): string => `${CONNECTIONS}${migrationId}:`;

/** What a connection calls itself by CLIENT SETNAME before it does anything else. */
export const connectionName = (migrationId: string, attempt: string): string =>
  `${connectionsOf(migrationId)}${attempt}`;

export const nameOf = ({ address, port }: Endpoint): string => `${address}:${port}`;

/** The name is taken before anything else is asked: without it nobody could end what is under way here. @throws FenceFailed, SessionLost */
export const openNamed = async (
  open: Servers['open'],
  endpoint: Endpoint,
  name: string,
  untilMs: number,
): Promise<Session> => {
  const session = await open(endpoint, untilMs);
  try {
    await carryOut(session, [['CLIENT', 'SETNAME', name]]);
    return session;
  } catch (error) {
    session.close();
    throw error;
  }
};
