import { systemClock } from '../adapters/clock.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { redisProbe } from '../adapters/redis-probe.ts';
import { replicationGroups } from '../adapters/replication-groups.ts';
import { completeSettings } from '../adapters/settings.ts';
import { taskFunction } from '../adapters/task.ts';
import { makeCompleteReplication } from '../cutover/complete-replication.ts';

export const handler = taskFunction(
  makeCompleteReplication(replicationGroups, redisProbe, theLocks(), theMigrations(), systemClock, completeSettings()),
);
