import { systemClock } from '../adapters/clock.ts';
import { theFences } from '../adapters/fences.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { taskFunction } from '../adapters/task.ts';
import { makeClaimReplicationGroup } from '../replication/claim-replication-group.ts';

export const handler = taskFunction(makeClaimReplicationGroup(theLocks(), theFences(), theMigrations(), systemClock));
