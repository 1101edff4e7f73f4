import { systemClock } from '../adapters/clock.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { redisProbe } from '../adapters/redis-probe.ts';
import { replicationGroups } from '../adapters/replication-groups.ts';
import { theSamples } from '../adapters/samples.ts';
import { watchSettings } from '../adapters/settings.ts';
import { taskFunction } from '../adapters/task.ts';
import { tellWatch } from '../adapters/task-figures.ts';
import { makeWatchReplication } from '../replication/watch-replication.ts';

export const handler = taskFunction(
  makeWatchReplication(replicationGroups, redisProbe, theMigrations(), theSamples(), systemClock, watchSettings()),
  tellWatch,
);
