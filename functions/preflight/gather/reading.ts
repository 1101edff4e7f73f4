import type { Endpoint } from '../../migration/record.ts';
import type { Info } from '../../replication/info.ts';
import type { Clock } from '../../replication/ports.ts';
import type { Line, Lines, Sent } from './lines.ts';
import { infoIn } from './replies.ts';

/** INFO with commandstats at a time, and what we had asked the server ourselves until then. */
export interface Reading {
  atMs: number;
  info: Info;
  sent: Sent;
}

/** @throws Unread */
export const takeReading = async (line: Line, lines: Lines, source: Endpoint, clock: Clock): Promise<Reading> => {
  const reply = await line.ask('INFO', 'all');
  return { atMs: clock.now(), info: infoIn(reply), sent: lines.sentTo(source) };
};
