import { systemClock } from '../adapters/clock.ts';
import { theFleet } from '../adapters/fleet.ts';
import { linkMetrics } from '../adapters/link-metrics.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { inReach } from '../adapters/reach.ts';
import { redisProbe } from '../adapters/redis-probe.ts';
import { watchedGroups } from '../adapters/replication-groups.ts';
import { theSamples } from '../adapters/samples.ts';
import { healthSettings, watchSettings } from '../adapters/settings.ts';
import { taskFunction } from '../adapters/task.ts';
import { tellWatch } from '../adapters/task-figures.ts';
import { byMetrics } from '../replication/metrics-sight.ts';
import { byInfo, type Sight } from '../replication/sight.ts';
import { makeWatchReplication } from '../replication/watch-replication.ts';

const sight = inReach<(sinceMs: number) => Sight>({
  full: () => () => byInfo(redisProbe(), systemClock),
  'api-only': () => {
    const rule = healthSettings();
    return (sinceMs) => byMetrics(linkMetrics, systemClock, rule, sinceMs);
  },
});

export const handler = taskFunction(
  makeWatchReplication(watchedGroups, sight, theMigrations(), theSamples(), systemClock, watchSettings(), theFleet()),
  tellWatch,
);
