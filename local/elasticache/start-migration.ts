import { isErrorReply, RedisUnreachableError } from '../redis/control.ts';
import { type ControlPlane, expectations } from './control-plane.ts';
import type { CacheNode } from './node.ts';
import type { ReplicationGroup } from './replication-group.ts';
import { mustAcceptMigration, sourceRefused, targetViolations } from './requirements.ts';
import { delayMs } from './settings.ts';
import { type Endpoint, listsReplica, resolveSource, type Source, whyNotReplicable } from './source.ts';
import { sleep, until } from './wait.ts';

/**
 * Begins a migration: the group is `modifying` when this resolves; its primaries follow the source, and it is `migrating`, some
 * time later. If a primary cannot become a replica, it is tried several times and then promotes itself back: the group is
 * `available` again, and an event tells why (Migration-Initiate).
 * @throws {ElastiCacheError} ReplicationGroupAlreadyUnderMigrationFault, InvalidReplicationGroupState, InvalidParameterValue
 */
export const startMigration = async (
  plane: ControlPlane,
  group: ReplicationGroup,
  endpoint: Endpoint,
): Promise<void> => {
  mustAcceptMigration(group, plane.settings(group));
  const source = resolveSource(endpoint, plane.aliases);
  group.migration = { phase: 'starting' };
  if (plane.settings(group).sourceValidation === 'synchronous') {
    const reason = await whyNotReplicable(source, expectations(plane, group));
    if (reason !== undefined) {
      group.migration = undefined;
      throw sourceRefused(endpoint, reason);
    }
  }
  group.status = 'modifying';
  plane.background(() => replicate(plane, group, source));
};

const replicate = async (plane: ControlPlane, group: ReplicationGroup, source: Source): Promise<void> => {
  await sleep(plane.clock, delayMs(plane.settings(group).startDelayMs), plane.signal);
  const reason = await attempts(plane, group, source);
  if (reason === undefined) {
    group.migration = { source, phase: 'replicating' };
    group.status = 'migrating';
    if (plane.settings(group).startEvent) plane.announce(group, { kind: 'started' });
    return;
  }
  await Promise.all(group.nodeGroups.map(({ primary }) => promoteBack(primary)));
  group.migration = undefined;
  group.status = 'available';
  plane.announce(group, { kind: 'startFailed', reason });
};

/** Undefined as soon as every primary has begun to copy, else why the last attempt failed. */
const attempts = async (plane: ControlPlane, group: ReplicationGroup, source: Source): Promise<string | undefined> => {
  const { targetValidation, startAttempts, startRetryDelayMs } = plane.settings(group);
  const [violation] = targetViolations(group.describe());
  if (targetValidation === 'failsLater' && violation !== undefined) return violation;
  for (let attempt = 1; ; attempt++) {
    const reason = (await whyNotReplicable(source, expectations(plane, group))) ?? (await follow(plane, group, source));
    if (reason === undefined || attempt >= startAttempts) return reason;
    await sleep(plane.clock, delayMs(startRetryDelayMs), plane.signal);
  }
};

const follow = async (plane: ControlPlane, group: ReplicationGroup, source: Source): Promise<string | undefined> => {
  const followAndLook = (primary: CacheNode) =>
    primary.hold(async () => {
      await primary.follow(source);
      return copies(plane, group, primary, source);
    });
  try {
    const copying = await Promise.all(group.nodeGroups.map(({ primary }) => followAndLook(primary)));
    return copying.every(Boolean) ? undefined : 'the primary node could not become a replica of the source';
  } catch (failure) {
    if (failure instanceof RedisUnreachableError) return 'the primary node does not answer';
    if (isErrorReply(failure)) return `the primary node answers ${failure.message}`;
    throw failure;
  }
};

/**
 * Has the node begun to copy? Its own `sync` is no proof: a source that refuses PSYNC is asked for SYNC as well, which looks like
 * a beginning until the refusal arrives. The source has to list it as a replica, be it one that still waits for the fork.
 */
const copies = (plane: ControlPlane, group: ReplicationGroup, node: CacheNode, source: Source): Promise<boolean> =>
  until(
    async () => {
      const state = await node.linkState();
      return state === 'connected' || (state === 'sync' && (await listsReplica(source, node.port)));
    },
    { clock: plane.clock, forMs: plane.settings(group).startAttemptMs, signal: plane.signal },
  );

/** A node that is gone cannot be promoted, and need not be. */
const promoteBack = async (node: CacheNode): Promise<void> => {
  try {
    await node.promote();
  } catch (failure) {
    if (!(failure instanceof RedisUnreachableError)) throw failure;
  }
};
