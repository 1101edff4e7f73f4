import type { Ask } from './acts.ts';
import type { MigrationRecord } from './record.ts';
import type { Phase } from './status.ts';

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
  unfence: (record) => (record.promotedAt !== undefined || record.phase === 'promotionInDoubt') && isSealed(record),
  // Whoever asks has the last look: what was seen before the end is not looked at again.
  rollback: (record) =>
    record.promotedAt !== undefined && isSealed(record) && record.rollbackPossibility?.possible !== false,
  close: ({ outcome, promotedAt, close }) => !outcome && promotedAt !== undefined && !close,
};

/** The fence stands for good, and nobody waits for its end. */
const isSealed = ({ fence, pendingAct, unfencedAt, rolledBackAt }: MigrationRecord): boolean =>
  fence?.phase === 'sealed' && !pendingAct && !unfencedAt && !rolledBackAt;
