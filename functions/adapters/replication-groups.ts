import {
  CompleteMigrationCommand,
  DescribeEventsCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  StartMigrationCommand,
  TestMigrationCommand,
} from '@aws-sdk/client-elasticache';
import {
  TargetAlreadyMigratingError,
  TargetNotAvailableError,
  TargetNotFoundError,
  TargetNotMigratingError,
  TargetRefusedError,
} from '../migration/errors.ts';
import type { Endpoint } from '../migration/record.ts';
import type { GroupEvent, ReplicationGroups } from '../replication/ports.ts';
import { toReplicationGroup } from './replication-group.ts';
import { isTransient, naming } from './transient.ts';

/** One attempt: a call that acts is repeated by the state machine, which knows that it is a repeat. */
const acting = new ElastiCacheClient({ maxAttempts: 1 });
/** A call that only looks is repeated here, where it costs no state transition. */
const looking = new ElastiCacheClient({ maxAttempts: 4 });

/** DescribeEvents keeps 14 days; older start times are refused. */
const EVENTS_KEPT_MS = 14 * 24 * 3600 * 1000 - 60_000;

/**
 * The SDK's names of the faults (not the codes on the wire: there it is `InvalidReplicationGroupState`, for one).
 * What is left is a refusal of the request itself: InvalidParameterValueException, AccessDenied and their like.
 */
const translate = (operation: string, replicationGroupId: string, error: unknown): unknown => {
  const { name, message } = error as Error;
  switch (name) {
    case 'ReplicationGroupNotFoundFault':
      return new TargetNotFoundError(replicationGroupId);
    case 'InvalidReplicationGroupStateFault':
      return new TargetNotAvailableError(operation, replicationGroupId, message);
    case 'ReplicationGroupAlreadyUnderMigrationFault':
      return new TargetAlreadyMigratingError(replicationGroupId);
    case 'ReplicationGroupNotUnderMigrationFault':
      return new TargetNotMigratingError(replicationGroupId);
    default:
      return (error as { $fault?: string }).$fault === 'client'
        ? new TargetRefusedError(operation, replicationGroupId, `${name}: ${message}`)
        : error;
  }
};

const calling = <T>(operation: string, replicationGroupId: string, call: () => Promise<T>): Promise<T> =>
  naming(`${operation} of replication group ${replicationGroupId}`, async () => {
    try {
      return await call();
    } catch (error) {
      throw isTransient(error) ? error : translate(operation, replicationGroupId, error);
    }
  });

const migrationInput = (ReplicationGroupId: string, { address, port }: Endpoint) => ({
  ReplicationGroupId,
  CustomerNodeEndpointList: [{ Address: address, Port: port }],
});

export const replicationGroups: ReplicationGroups = {
  describe: (replicationGroupId) =>
    calling('DescribeReplicationGroups', replicationGroupId, async () => {
      const command = new DescribeReplicationGroupsCommand({ ReplicationGroupId: replicationGroupId });
      const { ReplicationGroups: [group] = [] } = await looking.send(command);
      if (!group) throw new TargetNotFoundError(replicationGroupId);
      return toReplicationGroup(replicationGroupId, group);
    }),

  eventsSince: (replicationGroupId, sinceMs) =>
    calling('DescribeEvents', replicationGroupId, async () => {
      const events: GroupEvent[] = [];
      let marker: string | undefined;
      do {
        const page = await looking.send(
          new DescribeEventsCommand({
            SourceType: 'replication-group',
            SourceIdentifier: replicationGroupId,
            StartTime: new Date(Math.max(sinceMs, Date.now() - EVENTS_KEPT_MS)),
            EndTime: new Date(Date.now() + 60_000),
            MaxRecords: 100,
            ...(marker && { Marker: marker }),
          }),
        );
        for (const { Date: at, Message } of page.Events ?? []) {
          if (at && Message) events.push({ atMs: at.getTime(), message: Message });
        }
        marker = page.Marker;
      } while (marker);
      return events.sort((a, b) => a.atMs - b.atMs);
    }),

  async test(replicationGroupId, source) {
    const command = new TestMigrationCommand(migrationInput(replicationGroupId, source));
    await calling('TestMigration', replicationGroupId, () => acting.send(command));
  },

  async start(replicationGroupId, source) {
    const command = new StartMigrationCommand(migrationInput(replicationGroupId, source));
    await calling('StartMigration', replicationGroupId, () => acting.send(command));
  },

  async complete(replicationGroupId) {
    const command = new CompleteMigrationCommand({ ReplicationGroupId: replicationGroupId });
    await calling('CompleteMigration', replicationGroupId, () => acting.send(command));
  },
};
