import {
  CompleteMigrationCommand,
  DescribeEventsCommand,
  DescribeReplicationGroupsCommand,
  type ElastiCacheClient,
  StartMigrationCommand,
  TestMigrationCommand,
} from '@aws-sdk/client-elasticache';
import { TargetNotFoundError } from '../migration/errors.ts';
import type { Endpoint } from '../migration/record.ts';
import type { GroupEvent, ReplicationGroups } from '../replication/ports.ts';
import { acting, calling, looking, watching } from './elasticache.ts';
import { toReplicationGroup } from './replication-group.ts';

/** DescribeEvents keeps 14 days; older start times are refused. */
const EVENTS_KEPT_MS = 14 * 24 * 3600 * 1000 - 60_000;

const migrationInput = (ReplicationGroupId: string, { address, port }: Endpoint) => ({
  ReplicationGroupId,
  CustomerNodeEndpointList: [{ Address: address, Port: port }],
});

const lookingBy = (looking: ElastiCacheClient): Pick<ReplicationGroups, 'describe' | 'eventsSince'> => ({
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
});

/** For tasks that look again and again. */
export const watchedGroups = lookingBy(watching);

export const replicationGroups: ReplicationGroups = {
  ...lookingBy(looking),

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

  async abort(replicationGroupId) {
    const command = new CompleteMigrationCommand({ ReplicationGroupId: replicationGroupId, Force: true });
    await calling('CompleteMigration', replicationGroupId, () => acting.send(command));
  },
};
