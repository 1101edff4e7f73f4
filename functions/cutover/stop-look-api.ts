import { saysNotInSync, type Verdict, verdictOf } from '../replication/group-events.ts';
import type { ReplicationGroups } from '../replication/ports.ts';
import type { LookToStop } from './stop-look.ts';

/**
 * By status and events, where no node is looked at. ElastiCache refuses a second StartMigration while one runs, so what runs
 * is ours until an event since our start tells of an end: then nothing shows whose it is.
 */
export const stopByEvents =
  (groups: Pick<ReplicationGroups, 'describe' | 'eventsSince'>): LookToStop =>
  (replicationGroupId, _source, sinceMs) => ({
    async look() {
      const verdict = verdictOf(await groups.eventsSince(replicationGroupId, sinceMs), replicationGroupId);
      const { status } = await groups.describe(replicationGroupId);
      const isOver = verdict !== undefined && !isRefusal(verdict, replicationGroupId);
      const isAvailable = status === 'available';
      const isMigrating = status === 'migrating';
      const seen = `the status is ${status}, and no node was looked at`;
      const common = { isMigrating, isAvailable, hasLeft: isAvailable, isPromoted: false };
      if (isAvailable) return { state: 'out', ...common, why: seen };
      if (!isMigrating) return { state: 'between', ...common, why: seen };
      return isOver
        ? { state: 'unclear', ...common, why: `${seen}; ElastiCache reported: ${verdict.message}` }
        : { state: 'ours', ...common, why: seen };
    },
    close: () => undefined,
  });

/** A CompleteMigration that failed leaves ours running (AWS, Migration-Complete). */
const isRefusal = ({ outcome, message }: Verdict, replicationGroupId: string): boolean =>
  outcome === 'failed' && (saysNotInSync(message) || /\bcomplet/i.test(message.replaceAll(replicationGroupId, '')));
