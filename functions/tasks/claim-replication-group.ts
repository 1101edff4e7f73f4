import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { taskFunction } from '../adapters/task.ts';
import { makeClaimReplicationGroup } from '../replication/claim-replication-group.ts';

export const handler = taskFunction(makeClaimReplicationGroup(theLocks(), theMigrations()));
