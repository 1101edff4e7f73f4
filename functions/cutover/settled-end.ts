import type { ActRequest } from '../migration/acts.ts';
import type { RecordChange } from '../migration/ports.ts';
import type { MigrationRecord } from '../migration/record.ts';
import { sentence } from '../migration/sentence.ts';
import type { Outcome } from '../migration/status.ts';
import type { Clock } from '../replication/ports.ts';
import type { Ending } from './ending.ts';

/** DynamoDB would take more, and an event too; nobody would read it. */
const LONGEST_REASON = 2000;

/**
 * What becomes of a migration whose execution has ended without success, once the world is safe. A promotion that is proven
 * is a good end, however the execution ended; a rollback and a request to abort end it as aborted.
 *
 * @param notes what was done, in sentences
 * @param completeSentAt ISO 8601: the point of no return was passed
 */
export const toEnd = (
  record: MigrationRecord,
  ending: Ending,
  notes: readonly string[],
  completeSentAt: string | undefined,
  clock: Clock,
): { outcome: Outcome; change: RecordChange } => {
  const stoppedAt = new Date(clock.now()).toISOString();
  const common = { phase: 'ended' as const, stoppedAt };
  const { error, cause } = ending.failure;

  if (record.promotedAt && !record.rolledBackAt) {
    const statusReason = `The target is promoted. Its execution ended before the migration was closed: ${error}: ${cause}`;
    return { outcome: 'completed', change: { ...common, status: 'completed', statusReason: short(statusReason) } };
  }
  const outcome = record.rolledBackAt || (record.abort && !completeSentAt) ? 'aborted' : ending.outcome;
  const told = notes.length > 0 && !/[.!?]$/.test(cause) ? `${short(cause)}.` : short(cause);
  const failure = { error, cause: [told, ...notes].join(' ') };
  const isInDoubt = completeSentAt && !record.promotedAt;
  const isAbort = record.abort !== undefined && error === 'AbortRequestedError';
  const why = isAbort
    ? abortOf(record.abort)
    : `${sentence(short(cause || error)).slice(0, -1)} (${error}, in phase ${record.phase}).`;
  const statusReason = [why, ...notes.filter((note) => note !== told)].join(' ');
  return {
    outcome,
    change: {
      ...common,
      status: outcome,
      statusReason: statusReason.slice(0, LONGEST_REASON) + (isInDoubt ? inDoubt(completeSentAt) : ''),
      ...(isInDoubt && { completeSentAt }),
      failure,
    },
  };
};

/** The code of an error is no reason. */
const abortOf = ({ at, reason }: Pick<ActRequest, 'at' | 'reason'> = { at: '' }): string =>
  sentence(`The abort was requested at ${at}${reason ? `: ${short(reason)}` : ''}`);

/** Leaves room for what was done. */
const short = (text: string): string => text.slice(0, LONGEST_REASON / 2);

const inDoubt = (sentAt: string): string =>
  ` CompleteMigration was sent at ${sentAt}, and whether the target was promoted is not known: look at it before anybody writes.`;
