import type { Locks, Migrations } from '../migration/ports.ts';
import type { TaskInput } from '../replication/task-input.ts';

export interface CloseInput extends TaskInput {
  closedAt: string;
  promotedAt: string;
  evidence: string;
}

/** Records the good end, then gives the lock back. Both can be repeated. */
export const makeCloseMigration =
  (migrations: Pick<Migrations, 'end'>, locks: Pick<Locks, 'release'>) =>
  async ({ migrationId, replicationGroupId, closedAt, promotedAt, evidence }: CloseInput): Promise<void> => {
    await migrations.end(migrationId, 'completed', {
      status: 'completed',
      statusReason: `The migration is complete: ${evidence}.`,
      phase: 'ended',
      stoppedAt: closedAt,
      promotedAt,
    });
    await locks.release(replicationGroupId, migrationId);
  };
