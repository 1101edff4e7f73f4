import { NO_SERVERS, unseen } from './api-sight.ts';
import { byHand } from './by-hand.ts';
import { FRESH_PERIODS, type HealthRule, judgeHealth } from './link-health.ts';
import { linksOf } from './observe.ts';
import type { Clock, LinkMetrics } from './ports.ts';
import { primaryOf } from './shard-link.ts';
import type { Sight } from './sight.ts';

/** A datapoint comes once a period: it is looked for so often in each. */
const LOOKS_A_PERIOD = 4;

type Health = Awaited<ReturnType<LinkMetrics['health']>>;

/**
 * By CloudWatch's word for the primaries and the API's for the group. Datapoints from before `sinceMs` say nothing of the
 * replication that is looked at.
 *
 * @param sinceMs milliseconds since the epoch: when StartMigration was sent, or the last cutover was backed out, or what an
 *   earlier invocation has answered to `countsSinceMs`
 */
export const byMetrics = (
  metrics: Pick<LinkMetrics, 'health'>,
  clock: Clock,
  rule: HealthRule,
  sinceMs: number,
): Sight => {
  const periodMs = rule.periodSeconds * 1000;
  const windowMs = (rule.neededInSync + FRESH_PERIODS + 1) * periodMs;
  /** What is shown of a group that is not migrating yet says nothing of the link: AWS does not document it. */
  let countsMs = sinceMs;
  let last: { atMs: number; ids: string; health: Health } | undefined;

  const healthAt = async (ids: readonly string[]): Promise<Health> => {
    const nowMs = clock.now();
    const isFresh = last && last.ids === ids.join() && nowMs - last.atMs < periodMs / LOOKS_A_PERIOD;
    if (last && isFresh) return last.health;
    const window = { sinceMs: nowMs - windowMs, untilMs: nowMs, periodSeconds: rule.periodSeconds };
    const health = await metrics.health(ids, window);
    last = { atMs: nowMs, ids: ids.join(), health };
    return health;
  };

  return {
    ...NO_SERVERS,
    countsSinceMs: () => countsMs,
    async see(group, source) {
      const links = linksOf(group, source);
      if (group.status !== 'migrating') countsMs = Math.max(countsMs, clock.now());
      const health = await healthAt(links.map((link) => primaryOf(link).cacheClusterId));
      const states = links.map((link) => {
        const points =
          'unreadable' in health
            ? health
            : (health.points.get(primaryOf(link).cacheClusterId) ?? []).filter(({ atMs }) => atMs >= countsMs);
        return judgeHealth(link, { status: group.status, points, nowMs: clock.now(), sinceMs: countsMs }, rule);
      });
      return { readings: links.map(unseen), states };
    },
    byHand: (group, source) => byHand(linksOf(group, source)),
  };
};
