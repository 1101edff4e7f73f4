import { failIfAborted } from '../migration/abort.ts';
import { LockLostError } from '../migration/errors.ts';
import type { Fences, Locks } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import { MigrationNotFoundError } from '../migration/request-errors.ts';
import type { Clock } from './ports.ts';
import type { TaskInput } from './task-input.ts';

/** So long after its fence was lifted nothing of an ended migration acts any more, and whoever gives its lock back has done so. */
const OVER_MS = 10 * 60_000;

/**
 * Takes the lock of the replication group. Of two migrations that race for one group exactly one gets it.
 *
 * A migration that has ended before its execution came this far (settlement took it for one that never began) gets none.
 * Settlement writes the end and then closes the lock; here the lock is taken and then the end is looked for: whichever
 * comes second sees the other. So it is with an abort, whose request is written before the lock is closed.
 *
 * A migration that ended while its fence could not be lifted leaves its lock, which whoever lifts the fence gives back some
 * minutes later. Should that execution have died meanwhile, nobody else looks for it: the next one takes the lock away.
 *
 * @throws ReplicationGroupLockedError naming the owner
 * @throws LockLostError when the migration has ended
 * @throws AbortRequestedError
 * @throws MigrationNotFoundError when nobody accepted it: an execution that was started by hand
 */
export const makeClaimReplicationGroup =
  (
    locks: Pick<Locks, 'acquire' | 'find' | 'release'>,
    fences: Pick<Fences, 'find'>,
    migrations: Pick<Migrations, 'update' | 'find'>,
    clock: Clock,
  ) =>
  async ({ migrationId, replicationGroupId }: TaskInput): Promise<{ epoch: number }> => {
    const known = await migrations.update(migrationId, {
      phase: 'claiming',
      statusReason: 'The execution has begun.',
      waitingFor: "the replication group's lock",
    });
    if (!known) throw new MigrationNotFoundError(migrationId);
    failIfAborted(known);
    const owner = (await locks.find(replicationGroupId))?.owner;
    if (owner !== undefined && owner !== migrationId && (await isLeft(fences, migrations, clock, owner))) {
      await locks.release(replicationGroupId, owner);
    }
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

/** The owner of a lock has ended, was settled, and has had no fence for long. */
const isLeft = async (
  fences: Pick<Fences, 'find'>,
  migrations: Pick<Migrations, 'find'>,
  clock: Clock,
  owner: string,
): Promise<boolean> => {
  const record = await migrations.find(owner);
  if (!record?.outcome || record.unsettled || record.pendingAct) return false;
  const fence = await fences.find(owner);
  // The table forgets a lifted one after months.
  if (fence && fence.phase !== 'lifted') return false;
  return Date.parse(fence?.liftedAt ?? record.updatedAt) + OVER_MS < clock.now();
};
