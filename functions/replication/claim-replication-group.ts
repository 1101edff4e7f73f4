import type { Locks, Migrations } from '../migration/ports.ts';
import type { TaskInput } from './task-input.ts';

/**
 * Takes the lock of the replication group. Of two migrations that race for one group exactly one gets it.
 *
 * @throws ReplicationGroupLockedError naming the owner
 */
export const makeClaimReplicationGroup =
  (locks: Pick<Locks, 'acquire'>, migrations: Pick<Migrations, 'update'>) =>
  async ({ migrationId, replicationGroupId }: TaskInput): Promise<{ epoch: number }> => {
    await migrations.update(migrationId, {
      phase: 'claiming',
      statusReason: 'The execution has begun.',
      waitingFor: "the replication group's lock",
    });
    const { epoch } = await locks.acquire(replicationGroupId, migrationId);
    return { epoch };
  };
