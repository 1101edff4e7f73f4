import { TargetNotAvailableError, TargetNotMigratingError } from '../migration/errors.ts';
import type { Locks, NotedIntent } from '../migration/lock-ports.ts';
import { verdictOf } from '../replication/group-events.ts';
import type { ReplicationGroups } from '../replication/ports.ts';

/**
 * A repeat of a try that may have sent CompleteMigration: sends it again, unless ElastiCache shows that it took it. Links
 * are not judged, they may be gone because it worked. Each send is counted before it is made: one failure event speaks of
 * one of them.
 *
 * @throws LockLostError, TargetRefusedError, TargetNotFoundError, TransientServiceError
 */
export const sendAgain = async (
  groups: Pick<ReplicationGroups, 'describe' | 'complete' | 'eventsSince'>,
  locks: Pick<Locks, 'noteSend'>,
  migrationId: string,
  replicationGroupId: string,
  intent: NotedIntent,
): Promise<void> => {
  const events = await groups.eventsSince(replicationGroupId, intent.eventsSinceMs);
  if (verdictOf(events, replicationGroupId)) return;
  const { status } = await groups.describe(replicationGroupId);
  if (status !== 'migrating') return;
  await locks.noteSend(replicationGroupId, migrationId, intent.at);
  try {
    await groups.complete(replicationGroupId);
  } catch (error) {
    // Refused because the first one was taken.
    if (!(error instanceof TargetNotMigratingError || error instanceof TargetNotAvailableError)) throw error;
  }
};
