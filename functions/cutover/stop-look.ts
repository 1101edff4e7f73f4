import type { Endpoint } from '../migration/record.ts';
import { linksOf, observe } from '../replication/observe.ts';
import type { Clock, Probe, ReplicationGroups } from '../replication/ports.ts';
import { isReadable, type LinkReading, primaryOf, type ServerReading } from '../replication/shard-link.ts';

/** Whether a group is under our online migration. */
export interface StopLook {
  /**
   * `ours`: it is under migration, and that is ours. `out`: it is available, and its primaries follow nobody. `foreign`:
   * it follows somebody else. `between`: neither is certain yet.
   */
  state: 'ours' | 'out' | 'foreign' | 'between';
  /** What was seen. */
  why: string;
}

/**
 * Looks at the group each time it is called. A primary follows our source when it has its replication id, or when the
 * address that it follows is the one that we gave. Beyond that the status `migrating` must do, since before the first full
 * sync is over a primary has another id, and AWS may follow another address than it was given: nobody else can hold the
 * lock under which our StartMigration was sent. A link that is up to a source with another id proves somebody else's.
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
    const primaries = readings.map(({ link, nodes }) => nodes.get(primaryOf(link).cacheClusterId));
    const read = primaries.filter(isReadable);
    const masters = read.filter(({ role }) => role === 'master').length;
    const seen = `the status is ${group.status}, and ${masters} of ${primaries.length} primaries have the role master`;

    const foreign = readings.map(foreignOf).find((found) => found !== undefined);
    if (foreign) return { state: 'foreign', why: foreign };
    if (group.status === 'available' && masters === primaries.length) return { state: 'out', why: seen };
    const follows = read.some((primary) => isOurs(primary, readings[0]));
    return { state: follows || group.status === 'migrating' ? 'ours' : 'between', why: seen };
  };

const primaryReading = ({ link, nodes }: LinkReading): ServerReading | undefined => {
  const reading = nodes.get(primaryOf(link).cacheClusterId);
  return isReadable(reading) ? reading : undefined;
};

const foreignOf = (reading: LinkReading): string | undefined => {
  const { source } = reading;
  const primary = primaryReading(reading);
  if (primary?.link?.status !== 'up' || !isReadable(source)) return undefined;
  if (primary.replicationId === source.replicationId) return undefined;
  return `the primary follows a history of data that is not the source's: its replication id is ${primary.replicationId}, the source's is ${source.replicationId}`;
};

const isOurs = ({ link, replicationId }: ServerReading, reading: LinkReading | undefined): boolean => {
  if (!link || !reading) return false;
  const { source } = reading;
  const { address, port } = reading.link.source;
  if (isReadable(source) && source.replicationId === replicationId) return true;
  return link.followed.address === address && link.followed.port === port;
};
