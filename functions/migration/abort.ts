import { AbortRequestedError } from './errors.ts';
import type { MigrationRecord } from './record.ts';

/**
 * Stops a task of a migration that is to be aborted. Only of use before CompleteMigration is sent: afterwards an abort that
 * stands in the record may be one that came too late, and is about to be taken back.
 *
 * @throws AbortRequestedError
 */
export const failIfAborted = (record: Pick<MigrationRecord, 'migrationId' | 'abort'> | undefined): void => {
  if (record?.abort) throw new AbortRequestedError(record.migrationId, record.abort);
};
