import type { Caller } from '../../../functions/migration/asker.ts';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import type { TaskInput } from '../../../functions/replication/task-input.ts';
import { SOURCE } from './nodes.ts';

export const MIGRATION_ID = 'test-0123456789ab';
export const EXECUTION_ARN = `arn:aws:states:us-west-2:000000000000:execution:migration:${MIGRATION_ID}`;

/** Who asks in tests. */
export const CALLER: Caller = { by: 'http', principal: 'arn:aws:iam::000000000000:user/ops', sourceIp: '10.0.9.9' };

/** A request that breaks nothing. */
export const aRequest = (change: object = {}) => ({
  replicationGroupId: 'test',
  customerNodeEndpointList: [{ ...SOURCE }],
  ...change,
});

/** A record as it is just after it was accepted. */
export const aRecord = (change: Partial<MigrationRecord> = {}): MigrationRecord => ({
  migrationId: MIGRATION_ID,
  replicationGroupId: 'test',
  request: { replicationGroupId: 'test', customerNodeEndpointList: [SOURCE], cutover: { mode: 'manual' } },
  correlationId: 'corr-1',
  input: '{"secret":"input"}',
  executionArn: EXECUTION_ARN,
  status: 'accepted',
  statusReason: 'The request is accepted; its execution is about to begin.',
  phase: 'queued',
  acceptedAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  phases: [{ phase: 'queued', at: '2026-01-01T00:00:00.000Z' }],
  unsettled: true,
  ...change,
});

export const taskInput: TaskInput = { migrationId: MIGRATION_ID, replicationGroupId: 'test', source: SOURCE };
