import type { Account } from './account.ts';
import type { EventLog } from './events.ts';
import { parameterValues } from './parameters.ts';
import type { ReplicationGroup } from './replication-group.ts';

/**
 * Starts the servers of a group that was just made, and tells what ElastiCache tells of it.
 *
 * @throws RedisStartError the group's status is `create-failed` then, and an event says so
 */
export const startGroup = async (
  group: ReplicationGroup,
  account: Account,
  events: EventLog,
  signal: AbortSignal,
): Promise<void> => {
  try {
    const { parameterGroup } = group.options;
    await group.startNodes(parameterGroup === undefined ? {} : parameterValues(parameterGroup, account), signal);
  } catch (failure) {
    group.status = 'create-failed';
    events.add('replication-group', group.id, `Failed to create replication group ${group.id}`);
    throw failure;
  }
  for (const node of group.nodes()) {
    events.add('cache-cluster', node.id, 'Cache cluster created');
    events.add('cache-cluster', node.id, `Added cache node 0001 in Availability Zone ${node.availabilityZone}`);
  }
  group.status = 'available';
  events.add('replication-group', group.id, `Replication group ${group.id} created`);
};
