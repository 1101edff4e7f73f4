import { AbortRequestedError } from '../migration/errors.ts';
import type { Migrations, Workflow } from '../migration/ports.ts';

export interface RestInput {
  migrationId: string;
  taskToken: string;
  /** What the view says meanwhile. */
  waitingFor: string;
  /** ISO 8601. Of one that waits in the line: when its turn is, as it is now. */
  turnAt?: string;
}

/**
 * Puts the token of an execution that rests into the record, where a request for an abort finds it, and the sweeper one that
 * waits for its turn. An abort that came before is
 * found here, and carried out at once: whichever of the two writes comes second sees the other.
 *
 * @throws TransientServiceError
 */
export const makeRest =
  (migrations: Pick<Migrations, 'update'>, workflow: Pick<Workflow, 'fail'>) =>
  async ({ migrationId, taskToken, waitingFor, turnAt }: RestInput): Promise<void> => {
    const record = await migrations.update(migrationId, { taskToken, waitingFor, ...(turnAt && { turnAt }) });
    if (!record?.abort || record.outcome) return;
    const { name, message } = new AbortRequestedError(migrationId, record.abort);
    await workflow.fail(taskToken, name, message);
  };
