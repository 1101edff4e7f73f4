import { randomUUID } from 'node:crypto';
import { systemClock } from '../adapters/clock.ts';
import { fenceServers, theFenceLifter } from '../adapters/fence-lifter.ts';
import { theFences } from '../adapters/fences.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { redisProbe } from '../adapters/redis-probe.ts';
import { replicationGroups } from '../adapters/replication-groups.ts';
import { cutOverSettings } from '../adapters/settings.ts';
import { taskFunction } from '../adapters/task.ts';
import { tellCutover } from '../adapters/task-figures.ts';
import { makeCutOver } from '../cutover/cut-over.ts';

export const handler = taskFunction(
  makeCutOver(
    {
      groups: replicationGroups,
      probe: redisProbe,
      // As somebody else than the secret says it would see less of what the source allows, and take a weaker fence.
      open: fenceServers({ inDoubt: 'refuse' }).open,
      locks: theLocks(),
      fences: theFences(),
      migrations: theMigrations(),
      lift: theFenceLifter(),
      clock: systemClock,
      newAttempt: randomUUID,
    },
    cutOverSettings(),
  ),
  tellCutover,
);
