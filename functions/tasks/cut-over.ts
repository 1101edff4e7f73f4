import { randomUUID } from 'node:crypto';
import { systemClock } from '../adapters/clock.ts';
import { fenceServers, theFenceLifter } from '../adapters/fence-lifter.ts';
import { theFences } from '../adapters/fences.ts';
import { linkMetrics } from '../adapters/link-metrics.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { inReach } from '../adapters/reach.ts';
import { redisProbe } from '../adapters/redis-probe.ts';
import { replicationGroups } from '../adapters/replication-groups.ts';
import { cutOverSettings, healthSettings } from '../adapters/settings.ts';
import { taskFunction } from '../adapters/task.ts';
import { tellCutover } from '../adapters/task-figures.ts';
import { makeCutOver, makeCutOverBy } from '../cutover/cut-over.ts';
import { makeTryUnmeasured } from '../cutover/try-unmeasured.ts';
import { byMetrics } from '../replication/metrics-sight.ts';

const settings = cutOverSettings();
const world = {
  groups: replicationGroups,
  locks: theLocks(),
  fences: theFences(),
  migrations: theMigrations(),
  clock: systemClock,
  newAttempt: randomUUID,
};

const cutOver = inReach({
  // As somebody else than the secret says it would see less of what the source allows, and take a weaker fence.
  full: () =>
    makeCutOver(
      { ...world, probe: redisProbe, open: fenceServers({ inDoubt: 'refuse' }).open, lift: theFenceLifter() },
      settings,
    ),
  'api-only': () => {
    const rule = healthSettings();
    const sight = (sinceMs: number) => byMetrics(linkMetrics, systemClock, rule, sinceMs);
    return makeCutOverBy(world, settings.actingTaskSeconds, makeTryUnmeasured({ ...world, sight }));
  },
});

export const handler = taskFunction(cutOver, tellCutover);
