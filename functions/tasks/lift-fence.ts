import { systemClock } from '../adapters/clock.ts';
import { theFenceLifter } from '../adapters/fence-lifter.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { redisProbe } from '../adapters/redis-probe.ts';
import { replicationGroups } from '../adapters/replication-groups.ts';
import { taskFunction } from '../adapters/task.ts';
import { tellLift } from '../adapters/task-figures.ts';
import { makeLiftRefused } from '../cutover/lift-refused.ts';

export const handler = taskFunction(
  makeLiftRefused(replicationGroups, redisProbe, theLocks(), theMigrations(), theFenceLifter(), systemClock),
  tellLift,
);
