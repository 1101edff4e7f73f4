import type { Endpoint } from '../migration/record.ts';

/** What every task of the state machine is told. */
export interface TaskInput {
  migrationId: string;
  replicationGroupId: string;
  source: Endpoint;
}

/** AWS's clock and ours may differ a little, and an event may be stamped before our call returns. */
export const CLOCK_SKEW_MS = 2000;
