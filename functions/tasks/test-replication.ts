import { systemClock } from '../adapters/clock.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { replicationGroups } from '../adapters/replication-groups.ts';
import { testSettings } from '../adapters/settings.ts';
import { taskFunction } from '../adapters/task.ts';
import { makeTestReplication } from '../replication/test-replication.ts';

export const handler = taskFunction(
  makeTestReplication(replicationGroups, theLocks(), theMigrations(), systemClock, testSettings()),
);
