import type { Endpoint } from '../migration/record.ts';

/** What every task of the state machine is told. */
export interface TaskInput {
  migrationId: string;
  replicationGroupId: string;
  source: Endpoint;
}
