import type { Ask } from './acts.ts';
import type { MigrationRecord } from './record.ts';
import type { Phase } from './status.ts';
import { unfencedSince } from './unfenced.ts';

/** What may be asked of a migration. */
export type Action = 'cutover' | Ask;

/** CompleteMigration is being sent, or was: the lock knows which. */
const FROM_NO_RETURN: readonly Phase[] = ['promoting', 'promotionInDoubt', 'closing'];

/** What an operator may ask of a migration now. */
export const allowedActions = (record: MigrationRecord): Action[] =>
  (Object.keys(MAY) as Action[]).filter((action) => MAY[action](record));

const MAY: Record<Action, (record: MigrationRecord) => boolean> = {
  cutover: ({ status, cutover, abort }) => status === 'awaitingCutover' && !cutover?.requestedAt && !abort,
  abort: ({ outcome, promotedAt, abort, phase }) =>
    !outcome && !promotedAt && !abort && !FROM_NO_RETURN.includes(phase),
  // In doubt, and the execution or settlement watches on.
  confirm: (record) => record.phase === 'promotionInDoubt' && !record.outcome && !wasPromoted(record) && isLeft(record),
  // In place of a confirmation that hangs, as in an outage of ElastiCache's API. Where nothing is fenced, it is the word that
  // the promotion will not come about.
  unfence: (record) =>
    ((wasPromoted(record) && !record.apiOnly) || isInDoubt(record) || isStuck(record)) &&
    (isLeft(record) || (isFenced(record) && record.pendingAct?.act === 'confirm')),
  // Whoever carries it out has the last look: only what is so for good is refused at once.
  rollback: (record) =>
    wasPromoted(record) && !record.apiOnly && isLeft(record) && !record.rollbackPossibility?.forGood,
  close: ({ outcome, promotedAt, close }) => !outcome && promotedAt !== undefined && !close,
};

const wasPromoted = ({ promotedAt }: MigrationRecord): boolean => promotedAt !== undefined;

/** CompleteMigration was sent, and nothing has proven what came of it. */
const isInDoubt = ({ phase, completeSentAt }: MigrationRecord): boolean =>
  phase === 'promotionInDoubt' || completeSentAt !== undefined;

/** It ended before CompleteMigration was sent, and its fence could not be lifted on every node. */
const isStuck = ({ outcome, fence }: MigrationRecord): boolean => outcome !== undefined && fence !== undefined;

/** A fence may stand, and nobody waits for its end. */
const isLeft = (record: MigrationRecord): boolean => isFenced(record) && !record.pendingAct;

/**
 * There may be a fence on the source. The record only shows it: a fence that stands and is not shown, because whoever set it
 * died, must not lock the operator out.
 */
const isFenced = (record: MigrationRecord): boolean => {
  const { cutoverSettings, fence, rolledBackAt } = record;
  const isDone = unfencedSince(record) ?? rolledBackAt;
  return cutoverSettings !== undefined && fence?.phase !== 'lifted' && !isDone;
};
