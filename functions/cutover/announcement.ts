import type { MigrationRecord } from '../migration/record.ts';
import type { Outcome } from '../migration/status.ts';

/** A notification, but for its bus, its id and its time. */
export interface Announcement {
  detailType: string;
  correlationId: string;
  executionArn: string;
  data: Record<string, unknown>;
}

const DETAIL_TYPES: Record<Outcome, string> = {
  completed: 'MigrationCompleted',
  dryRunCompleted: 'MigrationDryRunCompleted',
  failed: 'MigrationFailed',
  aborted: 'MigrationAborted',
  timedOut: 'MigrationTimedOut',
};

/** The terminal notification of a migration that has ended. */
export const terminalOf = (record: MigrationRecord, outcome: Outcome): Announcement => ({
  detailType: DETAIL_TYPES[outcome],
  ...envelopeOf(record),
  data: {
    ...aboutOf(record),
    ...(record.dryRun && { verdict: record.dryRun.verdict, actions: record.dryRun.actions }),
    ...(record.failure && { failure: record.failure }),
    stoppedAt: record.stoppedAt,
    ...(record.completeSentAt && { completeSentAt: record.completeSentAt }),
    ...(record.promotedAt && { promotedAt: record.promotedAt, ...endpointOf(record) }),
    ...(record.rolledBackAt && { rolledBackAt: record.rolledBackAt }),
  },
});

export const envelopeOf = ({ correlationId, executionArn }: MigrationRecord) => ({ correlationId, executionArn });

/** What every notification says of its migration. */
export const aboutOf = (record: MigrationRecord) => ({
  replicationGroupId: record.replicationGroupId,
  source: record.request.customerNodeEndpointList[0],
  status: record.status,
  statusReason: record.statusReason,
});

const endpointOf = ({ shards }: MigrationRecord) => {
  const primary = shards?.[0]?.nodes.find(({ role }) => role === 'primary');
  return primary ? { endpoint: primary.endpoint } : {};
};
