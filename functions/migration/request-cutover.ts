import type { Migrations, Workflow } from './ports.ts';
import { ActionNotAllowedError, MigrationNotFoundError } from './request-errors.ts';
import { allowedActions, type MigrationView, toView } from './view.ts';

/**
 * Asks a migration that awaits its cutover to cut over.
 *
 * The record decides: the request is written to it first, and only then is the waiting execution called. When the call
 * meets no waiter (the execution is just looking at the link), the next wait finds the request in the record.
 *
 * @throws MigrationNotFoundError
 * @throws ActionNotAllowedError when the view does not list `cutover`
 */
export const makeRequestCutover =
  (
    migrations: Pick<Migrations, 'find' | 'requestCutover'>,
    workflow: Pick<Workflow, 'resume'>,
    now: () => Date = () => new Date(),
  ) =>
  async (migrationId: string, reason?: string): Promise<MigrationView> => {
    const requestedAt = now().toISOString();
    const record = await migrations.requestCutover(migrationId, requestedAt, reason);
    if (!record) {
      const standing = await migrations.find(migrationId);
      if (!standing) throw new MigrationNotFoundError(migrationId);
      const why = standing.cutover?.requestedAt
        ? `it was requested at ${standing.cutover.requestedAt}`
        : `its status is ${standing.status}: ${standing.statusReason}`;
      throw new ActionNotAllowedError('Cutover', migrationId, why, allowedActions(standing));
    }
    if (record.taskToken) await workflow.resume(record.taskToken, { requestedAt });
    return toView(record);
  };
