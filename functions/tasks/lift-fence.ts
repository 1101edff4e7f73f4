import { systemClock } from '../adapters/clock.ts';
import { theFenceLifter } from '../adapters/fence-lifter.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { inReach } from '../adapters/reach.ts';
import { redisProbe } from '../adapters/redis-probe.ts';
import { replicationGroups } from '../adapters/replication-groups.ts';
import { taskFunction } from '../adapters/task.ts';
import { tellLift } from '../adapters/task-figures.ts';
import { makeLiftRefused } from '../cutover/lift-refused.ts';
import { byNodes } from '../cutover/witness.ts';
import { byEvents } from '../cutover/witness-api.ts';

const witness = inReach({ full: () => byNodes(redisProbe, systemClock), 'api-only': () => byEvents });

export const handler = taskFunction(
  makeLiftRefused(replicationGroups, witness, theLocks(), theMigrations(), theFenceLifter(), systemClock),
  tellLift,
);
