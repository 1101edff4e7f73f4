import { RedisUnreachableError } from '../redis/control.ts';
import { type ControlPlane, expectations } from './control-plane.ts';
import type { ReplicationGroup } from './replication-group.ts';
import { mustAcceptMigration, targetViolations } from './requirements.ts';
import { delayMs } from './settings.ts';
import { type Endpoint, resolveSource, whyNotMigratable } from './source.ts';
import { sleep } from './wait.ts';

/**
 * Tests the connection between source and target without moving data. Asynchronous: when this resolves, the test has only
 * begun; the verdict is an event, and the group is `available` again (Migration-Test leaves open where a verdict appears).
 * @throws {ElastiCacheError} ReplicationGroupAlreadyUnderMigrationFault, InvalidReplicationGroupState, InvalidParameterValue
 */
export const testMigration = (plane: ControlPlane, group: ReplicationGroup, endpoint: Endpoint): void => {
  mustAcceptMigration(group, plane.settings(group));
  group.testing = true;
  group.status = plane.settings(group).statusWhileTesting;
  plane.background(() => judge(plane, group, endpoint));
};

const judge = async (plane: ControlPlane, group: ReplicationGroup, endpoint: Endpoint): Promise<void> => {
  await sleep(plane.clock, delayMs(plane.settings(group).testDelayMs), plane.signal);
  const reason = await verdict(plane, group, endpoint);
  group.testing = false;
  group.status = 'available';
  if (reason !== undefined) plane.announce(group, { kind: 'testFailed', reason });
  else if (plane.settings(group).testVerdict === 'eventAndStatus') plane.announce(group, { kind: 'tested' });
};

const verdict = async (
  plane: ControlPlane,
  group: ReplicationGroup,
  endpoint: Endpoint,
): Promise<string | undefined> => {
  const { targetValidation, testVerdict } = plane.settings(group);
  if (testVerdict === 'failure') return 'the test does not pass';
  const [violation] = targetViolations(group.describe());
  if (targetValidation === 'failsLater' && violation !== undefined) return violation;
  const primary = group.primary();
  try {
    const [, databases] = await primary.command<[string, string]>('CONFIG', 'GET', 'databases');
    return await whyNotMigratable(resolveSource(endpoint, plane.aliases), {
      ...expectations(plane, group),
      databases: Number(databases),
      version: group.server?.version ?? '',
    });
  } catch (failure) {
    if (failure instanceof RedisUnreachableError) return 'the primary node does not answer';
    throw failure;
  }
};
