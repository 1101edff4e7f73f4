import { RedisUnreachableError } from '../redis/control.ts';
import type { ControlPlane } from './control-plane.ts';
import { ElastiCacheError } from './errors.ts';
import type { CacheNode } from './node.ts';
import type { NodeGroup } from './node-group.ts';
import type { ReplicatingMigration, ReplicationGroup } from './replication-group.ts';
import { delayMs } from './settings.ts';
import { type Source, writtenOffset } from './source.ts';
import { sleep, until } from './wait.ts';

/**
 * Ends a migration. Without `force` every primary has to be in sync: if one is not, an event says so and the group stays
 * `migrating` (Migration-Complete). With `force` it stops at once, whatever was copied. Either way the primaries stop to follow
 * the source, and the group becomes `available` some time later, with an event.
 * @throws {ElastiCacheError} ReplicationGroupNotUnderMigrationFault, InvalidReplicationGroupState
 */
export const completeMigration = async (
  plane: ControlPlane,
  group: ReplicationGroup,
  force: boolean,
): Promise<void> => {
  const migration = replicatingMigration(group);
  migration.phase = 'completing';
  const reason = force ? undefined : await whyNotInSync(plane, group, migration.source);
  if (reason !== undefined) return staysMigrating(plane, group, migration, reason);
  group.status = plane.settings(group).statusWhileCompleting;
  plane.background(() => promote(plane, group, migration, force));
};

const replicatingMigration = (group: ReplicationGroup): ReplicatingMigration => {
  if (group.migration === undefined) {
    throw new ElastiCacheError(
      'ReplicationGroupNotUnderMigrationFault',
      `Replication group ${group.id} is not under migration.`,
    );
  }
  if (group.migration.phase !== 'replicating') {
    throw new ElastiCacheError(
      'InvalidReplicationGroupState',
      `Replication group ${group.id} is not in migrating state: its migration is ${group.migration.phase}.`,
    );
  }
  return group.migration;
};

const staysMigrating = (
  plane: ControlPlane,
  group: ReplicationGroup,
  migration: ReplicatingMigration,
  reason: string,
): void => {
  migration.phase = 'replicating';
  if (group.status !== 'migrating') group.status = 'migrating';
  plane.announce(group, { kind: 'completeFailed', reason });
};

const promote = async (
  plane: ControlPlane,
  group: ReplicationGroup,
  migration: ReplicatingMigration,
  force: boolean,
): Promise<void> => {
  const failures = await Promise.all(
    group.nodeGroups.map((nodeGroup) => promoteNodeGroup(plane, group, nodeGroup, migration, force)),
  );
  const reason = failures.find((failure) => failure !== undefined);
  if (reason !== undefined) return staysMigrating(plane, group, migration, reason);
  await sleep(plane.clock, delayMs(plane.settings(group).completeDelayMs), plane.signal);
  group.migration = undefined;
  group.status = 'available';
  if (!force) return plane.announce(group, { kind: 'completed' });
  const { forcedStopEvent } = plane.settings(group);
  if (forcedStopEvent !== 'none') {
    plane.announce(group, { kind: forcedStopEvent === 'success' ? 'stopped' : 'stopFailed' });
  }
};

const promoteNodeGroup = async (
  plane: ControlPlane,
  group: ReplicationGroup,
  nodeGroup: NodeGroup,
  migration: ReplicatingMigration,
  force: boolean,
): Promise<string | undefined> => {
  const { primary } = nodeGroup;
  if (!force) {
    await sleep(plane.clock, delayMs(plane.settings(group).promotionDelayMs), plane.signal);
    if (plane.settings(group).promotion === 'fails') return 'the primary node could not be promoted';
    // It was in sync when the call was accepted; a source that was lost since then leaves nothing to be sure of.
    const reason = await whyNodeNotInSync(plane, group, primary, migration.source);
    if (reason !== undefined) return reason;
  }
  return ifReachable(primary, async () => {
    plane.promoting(group, nodeGroup, force);
    await primary.promote();
    return undefined;
  });
};

const whyNotInSync = async (
  plane: ControlPlane,
  group: ReplicationGroup,
  source: Source,
): Promise<string | undefined> => {
  if (plane.settings(group).nodeReplacement) return 'a node is undergoing replacement';
  const reasons = await Promise.all(
    group.nodeGroups.map(({ primary }) => whyNodeNotInSync(plane, group, primary, source)),
  );
  return reasons.find((reason) => reason !== undefined);
};

/** In sync: the link is up, no full synchronisation is going on, and what the source has written by now arrives in time. */
const whyNodeNotInSync = (
  plane: ControlPlane,
  group: ReplicationGroup,
  primary: CacheNode,
  source: Source,
): Promise<string | undefined> =>
  ifReachable(primary, async () => {
    const link = await primary.replication();
    if (link.master_link_status !== 'up' || link.master_sync_in_progress === '1') return 'data is not in sync';
    const written = await writtenOffset(source);
    // A source that does not tell: then the link has to be enough.
    if (written === undefined) return undefined;
    const applied = await until(
      async () => {
        const now = await primary.replication();
        return now.master_link_status === 'up' && Number(now.slave_repl_offset) >= written;
      },
      { clock: plane.clock, forMs: plane.settings(group).inSyncGraceMs, signal: plane.signal },
    );
    return applied ? undefined : 'data is not in sync';
  });

const ifReachable = async (node: CacheNode, work: () => Promise<string | undefined>): Promise<string | undefined> => {
  try {
    return await node.hold(work);
  } catch (failure) {
    if (failure instanceof RedisUnreachableError) return 'the primary node does not answer';
    throw failure;
  }
};
