import { randomUUID } from 'node:crypto';
import { allowedActions } from './actions.ts';
import { type Caller, toAsker } from './asker.ts';
import type { Migrations } from './ports.ts';
import { ActionNotAllowedError, MigrationNotFoundError } from './request-errors.ts';
import { type MigrationView, toView } from './view.ts';

/**
 * Asks a promoted migration to close although clients still turn to the old primary. The watch that waits for them to be
 * quiet finds the request in the record.
 *
 * @throws MigrationNotFoundError
 * @throws ActionNotAllowedError when the view does not list `close`
 */
export const makeRequestClose =
  (migrations: Pick<Migrations, 'find' | 'requestAct'>, now: () => Date = () => new Date()) =>
  async (migrationId: string, reason: string | undefined, caller: Caller): Promise<MigrationView> => {
    const requestId = randomUUID();
    const at = now().toISOString();
    const by = toAsker(caller, at, reason);
    const request = { at, ...(reason !== undefined && { reason }), by, requestId };
    const written = await migrations.requestAct(migrationId, 'close', request);
    const record = written ?? (await migrations.find(migrationId));
    if (!record) throw new MigrationNotFoundError(migrationId);
    // Only the answer to the write was lost.
    if (record.close?.requestId === requestId) return toView(record);
    const { close, status, statusReason } = record;
    const why = close ? `it was requested at ${close.at}` : `its status is ${status}: ${statusReason}`;
    throw new ActionNotAllowedError('Close', migrationId, why, allowedActions(record));
  };
