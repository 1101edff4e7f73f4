import { randomUUID } from 'node:crypto';
import { allowedActions } from './actions.ts';
import { type Caller, toAsker } from './asker.ts';
import { AbortRequestedError } from './errors.ts';
import type { Locks } from './lock-ports.ts';
import type { Migrations, Workflow } from './ports.ts';
import type { MigrationRecord } from './record.ts';
import { ActionNotAllowedError, MigrationNotFoundError } from './request-errors.ts';
import { type MigrationView, toView } from './view.ts';

/**
 * Asks for the abort of a migration, in three writes whose order decides.
 *
 * 1. The request goes into the record, where watching tasks look for it, and a claim that has just taken the lock.
 * 2. The lock is closed, unless CompleteMigration was noted in it: of an abort and a cutover that meet, the lock lets one
 *    through. If it was the cutover, the request is taken back.
 * 3. Whoever awaits the cutover is called.
 *
 * A repeat does 2 and 3 again, should the first have died before. The same event is told the same.
 *
 * @throws MigrationNotFoundError
 * @throws ActionNotAllowedError when it has ended, is promoted or about to be, or an abort stands already
 */
export const makeRequestAbort =
  (
    migrations: Pick<Migrations, 'find' | 'requestAct' | 'forgetAct'>,
    locks: Pick<Locks, 'closeUnlessSent'>,
    workflow: Pick<Workflow, 'fail'>,
    now: () => Date = () => new Date(),
  ) =>
  async (migrationId: string, reason: string, caller: Caller, eventId?: string): Promise<MigrationView> => {
    const requestId = eventId ?? randomUUID();
    const at = now().toISOString();
    const request = {
      at,
      reason,
      by: toAsker(caller, at, reason),
      requestId,
      ...(eventId !== undefined && { eventId }),
    };
    const written = await migrations.requestAct(migrationId, 'abort', request);
    const record = written ?? (await migrations.find(migrationId));
    if (!record) throw new MigrationNotFoundError(migrationId);
    const refused = (why: string, standing: MigrationRecord) =>
      new ActionNotAllowedError('Abort', migrationId, why, allowedActions(standing));
    const { abort } = record;
    if (!abort) throw refused(whyNot(record), record);

    const lock = record.outcome ? undefined : await locks.closeUnlessSent(record.replicationGroupId, migrationId);
    if (lock === 'sent') {
      await migrations.forgetAct(migrationId, 'abort', abort.requestId);
      throw refused(SENT, (await migrations.find(migrationId)) ?? record);
    }
    // A wait that began meanwhile has left its token after it looked for the request, or finds the request.
    const standing = (await migrations.find(migrationId)) ?? record;
    // Not ours: not claimed yet, or given back behind a promotion that the record did not know of when it took the request.
    if (lock === 'notOurs' && (standing.promotedAt || standing.outcome === 'completed')) {
      await migrations.forgetAct(migrationId, 'abort', abort.requestId);
      throw refused(whyNot(standing), standing);
    }
    if (standing.taskToken) {
      const { name, message } = new AbortRequestedError(migrationId, abort);
      await workflow.fail(standing.taskToken, name, message);
    }
    if (abort.requestId === requestId) return toView(standing);
    throw refused(`it was requested at ${abort.at}`, standing);
  };

const SENT =
  'CompleteMigration was sent, and from there is no way back. Once the target is promoted, a rollback (while nothing was written to it), an unfence or a close can be asked for';

const whyNot = ({ outcome, promotedAt, status, statusReason }: MigrationRecord): string =>
  promotedAt && !outcome
    ? `the target was promoted at ${promotedAt}, and from there is no way back`
    : `its status is ${status}: ${statusReason}`;
