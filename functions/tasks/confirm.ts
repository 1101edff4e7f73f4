import { systemClock } from '../adapters/clock.ts';
import { theFences } from '../adapters/fences.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { inReach } from '../adapters/reach.ts';
import { redisServers } from '../adapters/redis-servers.ts';
import { replicationGroups } from '../adapters/replication-groups.ts';
import { taskFunction } from '../adapters/task.ts';
import { makeConfirm } from '../cutover/confirm.ts';
import { confirmByNodes } from '../cutover/confirm-look.ts';
import { confirmByStatus } from '../cutover/confirm-look-api.ts';

const look = inReach({
  full: () => confirmByNodes(redisServers(), systemClock),
  'api-only': () => confirmByStatus,
});

export const handler = taskFunction(
  makeConfirm(replicationGroups, look, theLocks(), theFences(), theMigrations(), systemClock),
);
