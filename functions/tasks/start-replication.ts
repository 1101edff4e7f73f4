import { systemClock } from '../adapters/clock.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { replicationGroups } from '../adapters/replication-groups.ts';
import { taskFunction } from '../adapters/task.ts';
import { makeStartReplication } from '../replication/start-replication.ts';

export const handler = taskFunction(makeStartReplication(replicationGroups, theLocks(), theMigrations(), systemClock));
