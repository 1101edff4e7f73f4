import { failIfAborted } from '../migration/abort.ts';
import { LockLostError } from '../migration/errors.ts';
import type { Locks, Migrations } from '../migration/ports.ts';
import { MigrationNotFoundError } from '../migration/request-errors.ts';
import type { TaskInput } from './task-input.ts';

/**
 * Takes the lock of the replication group. Of two migrations that race for one group exactly one gets it.
 *
 * A migration that has ended before its execution came this far (settlement took it for one that never began) gets none.
 * Settlement writes the end and then closes the lock; here the lock is taken and then the end is looked for: whichever
 * comes second sees the other. So it is with an abort, whose request is written before the lock is closed.
 *
 * @throws ReplicationGroupLockedError naming the owner
 * @throws LockLostError when the migration has ended
 * @throws AbortRequestedError
 * @throws MigrationNotFoundError when nobody accepted it: an execution that was started by hand
 */
export const makeClaimReplicationGroup =
  (locks: Pick<Locks, 'acquire' | 'release'>, migrations: Pick<Migrations, 'update' | 'find'>) =>
  async ({ migrationId, replicationGroupId }: TaskInput): Promise<{ epoch: number }> => {
    const known = await migrations.update(migrationId, {
      phase: 'claiming',
      statusReason: 'The execution has begun.',
      waitingFor: "the replication group's lock",
    });
    if (!known) throw new MigrationNotFoundError(migrationId);
    failIfAborted(known);
    const { epoch } = await locks.acquire(replicationGroupId, migrationId);
    const standing = await migrations.find(migrationId);
    if (standing?.outcome) {
      await locks.release(replicationGroupId, migrationId);
      throw new LockLostError(replicationGroupId, migrationId);
    }
    if (standing?.abort) {
      await locks.release(replicationGroupId, migrationId);
      failIfAborted(standing);
    }
    return { epoch };
  };
