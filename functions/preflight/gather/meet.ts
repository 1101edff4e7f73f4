import type { Endpoint } from '../../migration/record.ts';
import type { Clock } from '../../replication/ports.ts';
import { isAtLeast } from '../engine.ts';
import type { Reach } from '../facts.ts';
import { type LoginProblem, LoginRefused, Refused, type Servers, SessionLost, Unread } from '../ports.ts';
import { shown } from '../text.ts';
import { sourceVersion } from '../version.ts';
import { factOf, MOOT } from './fact.ts';
import { type Knocked, knock, knockAsNobody } from './knock.ts';
import type { Line, Lines } from './lines.ts';
import { takeReading } from './reading.ts';
import { textIn } from './replies.ts';

export interface Met extends Knocked {
  /** Absent where the deployment has nothing for it. */
  login?: LoginProblem[];
  /** Whether there is any use in asking it for more. */
  answers: boolean;
}

/**
 * Knocks at the source. Where a secret of the deployment names it, it is knocked at twice: as nobody, as a node of ElastiCache
 * will, and with the secret, by which everything else is read.
 *
 * @param line as whom the deployment says
 */
export const meet = async (
  source: Endpoint,
  line: Line,
  lines: Lines,
  servers: Pick<Servers, 'speaksTls' | 'secretsOf'>,
  clock: Clock,
): Promise<Met> => {
  const { named, problems } = await servers.secretsOf(source, lines.untilMs);
  if (!named && problems.length === 0) {
    const knocked = await knock(source, line, lines, servers, clock);
    return { ...knocked, answers: knocked.reach.state === 'open' };
  }
  const knocking = knockAsNobody(source, lines.asNobody(source), servers, lines.untilMs);
  // Nothing is sent to a server of which nobody knows what it is to be sent.
  if (problems.length > 0) return { reach: await knocking, info: MOOT, login: problems, answers: false };
  const [reach, met] = await Promise.all([knocking, logIn(source, line, lines, clock)]);
  if (met.reading?.info.get('loading') === '1') {
    return { reach: { state: 'loading', detail: 'INFO says loading:1' }, info: MOOT, login: [], answers: false };
  }
  return { ...met, reach: reach.state === 'open' ? await asDefault(line, met, reach) : reach };
};

const logIn = async (source: Endpoint, line: Line, lines: Lines, clock: Clock): Promise<Omit<Met, 'reach'>> => {
  try {
    const reading = await takeReading(line, lines, source, clock);
    return { info: { value: reading.info }, reading, login: [], answers: true };
  } catch (error) {
    if (!(error instanceof Unread)) throw error;
    if (!(error instanceof SessionLost)) return { info: { unreadable: error.message }, login: [], answers: true };
    const problem = error instanceof LoginRefused ? error.problem : { text: error.message, remedy: [] };
    return { info: MOOT, login: [problem], answers: false };
  }
};

const FOLLOWING = [
  ['REPLCONF', 'listening-port', '6379'],
  ['PSYNC', '?', '-1'],
];

/** From 7.0 on the server itself says what the user default may, where we may ask it. */
const asDefault = async (line: Line, { info }: Pick<Met, 'info'>, open: Reach): Promise<Reach> => {
  if (!('value' in info)) return open;
  const told = await factOf(async () => {
    if (!isAtLeast(sourceVersion(info.value), '7.0')) return [];
    return line.askAll(FOLLOWING.map((command) => ['ACL', 'DRYRUN', 'default', ...command]));
  });
  if (!('value' in told)) return open;
  const no = told.value.find((reply) => !(reply instanceof Refused) && textIn(reply, 'ACL DRYRUN') !== 'OK');
  return no === undefined ? open : { state: 'noReplication', detail: shown(textIn(no, 'ACL DRYRUN'), 300) };
};
