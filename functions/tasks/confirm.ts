import { systemClock } from '../adapters/clock.ts';
import { theFences } from '../adapters/fences.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { redisServers } from '../adapters/redis-servers.ts';
import { replicationGroups } from '../adapters/replication-groups.ts';
import { taskFunction } from '../adapters/task.ts';
import { makeConfirm } from '../cutover/confirm.ts';

export const handler = taskFunction(
  makeConfirm(replicationGroups, redisServers(), theLocks(), theFences(), theMigrations(), systemClock),
);
