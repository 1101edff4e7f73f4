import { TransientServiceError } from '../migration/errors.ts';
import type { Locks } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import type { Clock } from '../replication/ports.ts';
import type { TaskInput } from '../replication/task-input.ts';

export interface CloseInput extends TaskInput {
  closedAt: string;
  promotedAt: string;
  evidence: string;
}

/**
 * Records the good end, gives the lock back, and tries once more to have a certificate signed that was not in time for the
 * announcement of the promotion. All of it can be repeated.
 *
 * A second try of the cutover may still be about to send CompleteMigration, into whatever runs on the group by then: the
 * lock is closed first, so that no further send can be noted, and kept until one that was noted cannot be made any more.
 *
 * @param sign as makeSignCertificate does
 * @throws TransientServiceError until then
 */
export const makeCloseMigration =
  (
    migrations: Pick<Migrations, 'end'>,
    locks: Pick<Locks, 'find' | 'closeToIntents' | 'release'>,
    sign: (migrationId: string) => Promise<unknown>,
    clock: Clock,
    { actingTaskSeconds }: { actingTaskSeconds: number },
  ) =>
  async ({ migrationId, replicationGroupId, closedAt, promotedAt, evidence }: CloseInput): Promise<void> => {
    await locks.closeToIntents(replicationGroupId, migrationId);
    const lock = await locks.find(replicationGroupId);
    const sent = lock?.owner === migrationId ? lock.intents.complete : undefined;
    const lateUntilMs = Date.parse(sent?.lastSendAt ?? sent?.at ?? closedAt) + actingTaskSeconds * 1000;
    if ((sent?.sends ?? 1) > 1 && clock.now() < lateUntilMs) {
      const until = new Date(lateUntilMs).toISOString();
      throw new TransientServiceError('Close', `CompleteMigration may still be sent once more until ${until}`);
    }
    await migrations.end(migrationId, 'completed', {
      status: 'completed',
      statusReason: `The migration is complete: ${evidence}.`,
      phase: 'ended',
      stoppedAt: closedAt,
      promotedAt,
    });
    await locks.release(replicationGroupId, migrationId);
    await sign(migrationId);
  };
