import { ForeignReplicationError, MigrationEndedElsewhereError, ReplicationFailedError } from '../migration/errors.ts';
import { saysNotInSync, verdictOf } from './group-events.ts';
import type { LinkState } from './link-state.ts';
import type { GroupEvent } from './ports.ts';

export interface GroupEvidence {
  replicationGroupId: string;
  status: string;
  events: readonly GroupEvent[];
  states: readonly LinkState[];
  hasFollowed: boolean;
  /** How long the status has been `available` with a primary that follows nobody; 0 when it is not so. */
  standsAloneMs: number;
  /** How long a foreign replication id has been seen without a break. */
  foreignMs: number;
  graceMs: number;
}

/**
 * Throws when the replication is certainly over. A status of `available` alone proves nothing, since describe calls may
 * be seconds old: an event must say so, or the primary must have stood alone for longer than the grace.
 *
 * @throws ReplicationFailedError, MigrationEndedElsewhereError, ForeignReplicationError
 */
export const failIfOver = (evidence: GroupEvidence): void => {
  const { replicationGroupId, status, events, states, hasFollowed, standsAloneMs, foreignMs, graceMs } = evidence;
  const alone = states.every((state) => !state.following);
  const nothingLeft = states.every((state) => !state.following || state.phase === 'linkLost');
  const verdict = verdictOf(events, replicationGroupId);

  const isFailure = verdict?.outcome === 'failed' && !saysNotInSync(verdict.message);
  if (isFailure && (alone || (nothingLeft && status === 'available'))) {
    throw new ReplicationFailedError(replicationGroupId, `ElastiCache reports: ${verdict.message}`);
  }
  if (alone && standsAloneMs >= graceMs) {
    const isSeen = states.every(({ afar }) => !afar);
    if (hasFollowed) {
      const said = verdict ? `; ElastiCache reports: ${verdict.message}` : '';
      const why = isSeen ? 'its primary follows nobody any more' : 'its status is available again';
      throw new MigrationEndedElsewhereError(replicationGroupId, `${why}${said}`);
    }
    const never = isSeen ? 'its primary never replicated from the source' : 'CloudWatch never told that it was in sync';
    throw new ReplicationFailedError(replicationGroupId, `its status is available again, and ${never}`);
  }
  const foreign = states.find((state) => state.foreign)?.foreign;
  if (foreign && foreignMs >= graceMs) throw new ForeignReplicationError(replicationGroupId, foreign);
};
