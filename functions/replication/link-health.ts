import type { LinkState } from './link-state.ts';
import type { Datapoint } from './ports.ts';
import { primaryOf, type ShardLink } from './shard-link.ts';

/** How datapoints are judged. */
export interface HealthRule {
  /** From one datapoint to the next. ElastiCache writes one a minute. */
  periodSeconds: number;
  /** So many in a row have to say that it is in sync. */
  neededInSync: number;
}

/**
 * The newest datapoint says that it is in sync for so many periods from its beginning: one for what it tells of, and two for
 * CloudWatch, which shows it so late.
 */
const IN_SYNC_PERIODS = 3;
/** A datapoint that is older than so many periods says nothing of now. */
export const FRESH_PERIODS = 5;

export interface HealthLook {
  /** Of the replication group. */
  status: string;
  /** Newest first, none from before StartMigration; or why there are none. */
  points: readonly Datapoint[] | { unreadable: string };
  nowMs: number;
  /** When the datapoints begin that may be judged. */
  sinceMs: number;
}

/**
 * Judges a link by what AWS tells of it, where no server is looked at. In sync means: the group is `migrating`, the newest
 * datapoint of its primary's `MasterLinkHealthStatus` began three periods ago at the most, and each of the last `neededInSync`
 * periods is 1 without a gap. A period without a datapoint is unknown, and unknown is never in sync; between three and five
 * periods it is neither in sync nor lost.
 *
 * How much was copied, and whose data they are, nothing tells. A 0 is a full sync while the link was never seen up, and a
 * lost link afterwards.
 */
export const judgeHealth = (
  link: ShardLink,
  look: HealthLook,
  { periodSeconds, neededInSync }: HealthRule,
): LinkState => {
  const { status, points, nowMs, sinceMs } = look;
  const { cacheClusterId } = primaryOf(link);
  const metric = `MasterLinkHealthStatus of ${cacheClusterId}`;
  if (status === 'available') {
    const why = 'the status of the replication group is available';
    return { phase: 'connecting', why, following: false, afar: { beforehand: 'connecting' } };
  }
  const afar = { beforehand: status === 'migrating' ? 'copying' : 'connecting' } as const;
  const lost = (why: string): LinkState => ({ phase: 'linkLost', why, following: true, afar });
  if (status !== 'migrating') return lost(`the status of the replication group is ${status}`);
  if ('unreadable' in points) return lost(`${metric} cannot be read: ${points.unreadable}`);
  const [newest] = points;
  const periodMs = periodSeconds * 1000;
  if (!newest && nowMs - sinceMs <= FRESH_PERIODS * periodMs) {
    return { phase: 'connecting', why: `CloudWatch has no datapoint of ${metric} yet`, following: true, afar };
  }
  if (!newest) return lost(`CloudWatch has no datapoint of ${metric}: whether it is in sync is not known`);
  const at = new Date(newest.atMs).toISOString();
  if (nowMs - newest.atMs > FRESH_PERIODS * periodMs) {
    return lost(`the last datapoint of ${metric} is of ${at}: whether it is in sync is not known`);
  }
  if (newest.value < 1) return lost(`${metric} was 0 at ${at}: the primary is not in sync with the source`);

  const inARow = points.findIndex(({ atMs, value }, index) => value < 1 || atMs !== newest.atMs - index * periodMs);
  const known = inARow < 0 ? points.length : inARow;
  if (known < neededInSync) {
    const why = `${metric} has been 1 for ${known} of ${neededInSync} periods of ${periodSeconds} s`;
    return { phase: 'catchingUp', why, following: true, afar };
  }
  if (nowMs - newest.atMs > IN_SYNC_PERIODS * periodMs) {
    const why = `the last datapoint of ${metric} is of ${at}, more than ${IN_SYNC_PERIODS} periods of ${periodSeconds} s ago: whether it is still in sync is not known`;
    return { phase: 'catchingUp', why, following: true, afar };
  }
  const why = `${metric} was 1 in each of the last ${neededInSync} periods of ${periodSeconds} s, up to ${at}`;
  return { phase: 'inSync', why, following: true, afar };
};
