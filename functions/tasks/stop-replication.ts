import { systemClock } from '../adapters/clock.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { redisProbe } from '../adapters/redis-probe.ts';
import { replicationGroups } from '../adapters/replication-groups.ts';
import { stopSettings } from '../adapters/settings.ts';
import { taskFunction } from '../adapters/task.ts';
import { makeStopReplication } from '../cutover/stop-replication.ts';

export const handler = taskFunction(
  makeStopReplication(replicationGroups, redisProbe, theLocks(), theMigrations(), systemClock, stopSettings()),
);
