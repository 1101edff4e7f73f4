import type { Endpoint } from '../migration/record.ts';
import { linksOf, observe } from '../replication/observe.ts';
import type { Clock, Probe, ReplicationGroups } from '../replication/ports.ts';
import { isReadable, type LinkReading, primaryOf, type ServerReading } from '../replication/shard-link.ts';
import { type Whose, whoseLink } from './followed.ts';

/** Whether a group is under our online migration. */
export interface StopLook {
  /**
   * `ours`: a primary follows our source. `foreign`: one follows somebody else's. `out`: the group is available, and its
   * primaries follow nobody. `unclear`: it is under migration, and nothing proves whose that is. `between`: it is neither
   * under migration nor out of it.
   */
  state: 'ours' | 'foreign' | 'out' | 'unclear' | 'between';
  /** The status is `migrating`: ElastiCache has not begun to end it. */
  isMigrating: boolean;
  /** The status is `available`: ElastiCache has nothing more to do with it. */
  isAvailable: boolean;
  /** The status is `available`, or the primaries follow nobody: a migration that is seen later on is another one. */
  hasLeft: boolean;
  /** A primary was a replica before it became a master: it was promoted, and did not come back empty. */
  isPromoted: boolean;
  /** What was seen. */
  why: string;
}

/** @param sinceMs milliseconds since the epoch: events from here on are of the time since StartMigration was to be sent */
export type LookToStop = (
  replicationGroupId: string,
  source: Endpoint,
  sinceMs: number,
) => { look: () => Promise<StopLook>; close(): void };

/** By the nodes, over connections that are kept until it is closed. */
export const stopByNodes =
  (groups: Pick<ReplicationGroups, 'describe'>, probe: () => Probe, clock: Clock): LookToStop =>
  (replicationGroupId, source) => {
    const redis = probe();
    return { look: makeStopLook(groups, redis, clock, replicationGroupId, source), close: () => redis.close() };
  };

/**
 * Looks at the group each time it is called. Whom the primaries follow decides; the status `migrating` alone says that
 * there is a migration, and not whose.
 *
 * @throws TargetNotFoundError, TransientServiceError
 */
export const makeStopLook =
  (
    groups: Pick<ReplicationGroups, 'describe'>,
    redis: Probe,
    clock: Clock,
    replicationGroupId: string,
    source: Endpoint,
  ) =>
  async (): Promise<StopLook> => {
    const group = await groups.describe(replicationGroupId);
    const readings = await observe(redis, linksOf(group, source), clock);
    const primaries = readings.map(primaryReading);
    const masters = primaries.filter((primary) => primary?.role === 'master').length;
    const areAlone = masters === primaries.length;
    const isAvailable = group.status === 'available';
    const seen = `the status is ${group.status}, and ${masters} of ${primaries.length} primaries have the role master`;
    const isMigrating = group.status === 'migrating';
    const isPromoted = primaries.some(wasReplica);
    const common = { isMigrating, isAvailable, hasLeft: isAvailable || areAlone, isPromoted };

    const links = readings.map(whoseReading);
    for (const link of links) {
      if (link?.whose === 'foreign') return { state: 'foreign', ...common, why: link.why };
    }
    if (isAvailable && areAlone) return { state: 'out', ...common, why: seen };
    if (links.some((link) => link?.whose === 'ours')) return { state: 'ours', ...common, why: seen };
    return { state: isMigrating && !areAlone ? 'unclear' : 'between', ...common, why: seen };
  };

/** One that has no history before its own tells zeros, or nothing. */
const wasReplica = (primary: ServerReading | undefined): boolean =>
  primary?.role === 'master' && /[^0]/.test(primary.previousReplicationId ?? '');

const primaryReading = ({ link, nodes }: LinkReading): ServerReading | undefined => {
  const reading = nodes.get(primaryOf(link).cacheClusterId);
  return isReadable(reading) ? reading : undefined;
};

const whoseReading = (reading: LinkReading): Whose | undefined => {
  const primary = primaryReading(reading);
  return primary?.link && whoseLink(primary.link, primary.replicationId, reading.link.source, reading.source);
};
