import type { Endpoint } from '../../migration/record.ts';
import type { Info } from '../../replication/info.ts';
import type { Clock } from '../../replication/ports.ts';
import type { Fact, Reach } from '../facts.ts';
import { NotDialled, Refused, type Servers, Unread } from '../ports.ts';
import { shown } from '../text.ts';
import { factOf, MOOT } from './fact.ts';
import type { Line, Lines } from './lines.ts';
import { type Reading, takeReading } from './reading.ts';
import { textIn, unexpected } from './replies.ts';

export interface Knocked {
  reach: Reach;
  info: Fact<Info>;
  /** The first reading, when the source is open and INFO was read. */
  reading?: Reading;
}

/**
 * Finds out how the source can be reached, by the INFO that is needed anyway: a server that does not answer it may still
 * answer PING, and then only INFO cannot be read.
 */
export const knock = async (
  source: Endpoint,
  line: Line,
  lines: Lines,
  servers: Pick<Servers, 'speaksTls'>,
  clock: Clock,
): Promise<Knocked> => {
  const at = (state: Reach['state'], detail: string): Knocked => ({
    reach: { state, detail: shown(detail, 300) },
    info: MOOT,
  });
  try {
    const reading = await takeReading(line, lines, source, clock);
    if (reading.info.get('loading') === '1') return at('loading', 'INFO says loading:1');
    return { reach: { state: 'open', detail: 'It answers INFO.' }, info: { value: reading.info }, reading };
  } catch (error) {
    if (!(error instanceof Unread)) throw error;
    if (error instanceof NotDialled) return at('forbidden', error.message);
    const state = error instanceof Refused ? refusedBy(error) : undefined;
    if (state) return at(state, `It answers ${error.message}`);
    const pinged = await factOf(async () => ping(line));
    if ('value' in pinged) {
      const info = await factOf<Info>(() => Promise.reject(error));
      return { reach: { state: 'open', detail: 'It answers PING.' }, info };
    }
    if (!(error instanceof Refused) && (await servers.speaksTls(source, lines.untilMs)))
      return at('tls', `It speaks TLS; in clear: ${error.message}`);
    return at('unreachable', error.message);
  }
};

/**
 * Whether a node of ElastiCache would be let in: in clear, as nobody, and as far as can be told without following the source.
 * REPLCONF with one argument is refused for it, and changes nothing (measured on 7.0), or for the user's rights. PING may be
 * refused for these, which a replica takes for an answer.
 */
export const knockAsNobody = async (
  source: Endpoint,
  line: Line,
  servers: Pick<Servers, 'speaksTls'>,
  untilMs: number,
): Promise<Reach> => {
  const at = (state: Reach['state'], detail: string): Reach => ({ state, detail: shown(detail, 300) });
  try {
    const [ping, replconf] = await line.askAll([['PING'], ['REPLCONF', 'x']]);
    const state = ping instanceof Refused ? refusedBy(ping) : undefined;
    if (state) return at(state, `It answers ${(ping as Refused).message}`);
    return replconf instanceof Refused && replconf.kind === 'NOPERM'
      ? at('noReplication', `It answers ${replconf.message}`)
      : at('open', 'It answers in clear, without a password.');
  } catch (error) {
    if (!(error instanceof Unread)) throw error;
    if (error instanceof NotDialled) return at('forbidden', error.message);
    const state = error instanceof Refused ? refusedBy(error) : undefined;
    if (state) return at(state, `It answers ${error.message}`);
    if (await servers.speaksTls(source, untilMs)) return at('tls', `It speaks TLS; in clear: ${error.message}`);
    return at('unreachable', error.message);
  }
};

const ping = async (line: Line): Promise<void> => {
  if (textIn(await line.ask('PING'), 'PING') !== 'PONG') throw unexpected('PING');
};

/** Refusals that have nothing to do with the command. */
const refusedBy = ({ kind, message }: Refused): Reach['state'] | undefined => {
  if (kind === 'NOAUTH') return 'auth';
  if (kind === 'DENIED') return 'protected';
  if (kind === 'LOADING') return 'loading';
  return message.includes('max number of clients') ? 'unreachable' : undefined;
};
