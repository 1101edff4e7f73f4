import { systemClock } from '../adapters/clock.ts';
import { theFenceLifter } from '../adapters/fence-lifter.ts';
import { theFences } from '../adapters/fences.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { redisServers } from '../adapters/redis-servers.ts';
import { theRollbacks } from '../adapters/rollbacks.ts';
import { taskFunction } from '../adapters/task.ts';
import { makeRollBack } from '../cutover/roll-back.ts';

const lift = theFenceLifter();

export const handler = taskFunction(
  makeRollBack(
    theMigrations(),
    theFences(),
    theRollbacks(),
    theLocks(),
    redisServers(),
    (input) => lift({ ...input, byOrder: true }),
    systemClock,
  ),
);
