import { failIfAborted } from '../migration/abort.ts';
import {
  ClusterModeNotSupportedError,
  ReplicationTestFailedError,
  TargetAlreadyMigratingError,
  TargetNotAvailableError,
  TransientServiceError,
} from '../migration/errors.ts';
import type { Locks } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import { eventsFromNow, verdictOf } from './group-events.ts';
import { Pace } from './pace.ts';
import type { Clock, ReplicationGroups } from './ports.ts';
import type { TaskInput } from './task-input.ts';

export interface TestSettings {
  /** How long the verdict is waited for. */
  verdictSeconds: number;
  /** How long an event is waited for once the status is `available` again. */
  eventGraceSeconds: number;
  describeMs: number;
}

export interface TestResult {
  verdict: 'passed' | 'unknown';
  detail: string;
}

/**
 * Calls TestMigration and waits for its verdict. AWS documents that the call is asynchronous and optional, and not where
 * the verdict appears: an event decides; a status that is `available` again without one is an unknown verdict, and
 * StartMigration will tell. Sending the test again does no harm, so a repeat of this task sends it again.
 *
 * @throws ReplicationTestFailedError with the event's own text
 * @throws TargetNotFoundError, TargetNotAvailableError, TargetAlreadyMigratingError, TargetRefusedError,
 *   ClusterModeNotSupportedError, LockLostError, AbortRequestedError, TransientServiceError
 */
export const makeTestReplication =
  (
    groups: Pick<ReplicationGroups, 'describe' | 'eventsSince' | 'test'>,
    locks: Pick<Locks, 'intend'>,
    migrations: Pick<Migrations, 'find' | 'update'>,
    clock: Clock,
    settings: TestSettings,
  ) =>
  async ({ migrationId, replicationGroupId, source }: TaskInput): Promise<TestResult> => {
    const record = await migrations.update(migrationId, {
      status: 'testing',
      statusReason: 'ElastiCache tests whether the replication group can replicate from the source.',
      phase: 'testing',
      waitingFor: "TestMigration's verdict",
    });
    failIfAborted(record);
    const group = await groups.describe(replicationGroupId);
    if (group.clusterEnabled) throw new ClusterModeNotSupportedError(replicationGroupId);

    const intent = await locks.intend(replicationGroupId, migrationId, 'test', {
      at: new Date(clock.now()).toISOString(),
      eventsSinceMs: await eventsFromNow(groups, replicationGroupId, clock),
    });
    try {
      await groups.test(replicationGroupId, source);
    } catch (error) {
      const mayBeOurs = error instanceof TargetNotAvailableError || error instanceof TargetAlreadyMigratingError;
      if (intent.fresh || !mayBeOurs) throw error;
    }
    const goOn = async () => failIfAborted(await migrations.find(migrationId));
    const result = await awaitVerdict(groups, clock, settings, replicationGroupId, intent.eventsSinceMs, goOn);
    await migrations.update(migrationId, { replicationTest: result });
    return result;
  };

/** While the API refuses to tell, it is asked less and less often, within these bounds. */
const LEAST_SLOWED_MS = 5000;
const SLOWEST_MS = 120_000;

const awaitVerdict = async (
  groups: Pick<ReplicationGroups, 'describe' | 'eventsSince'>,
  clock: Clock,
  { verdictSeconds, eventGraceSeconds, describeMs }: TestSettings,
  replicationGroupId: string,
  eventsSinceMs: number,
  /** Throws when nobody wants the verdict any more. */
  goOn: () => Promise<void>,
): Promise<TestResult> => {
  const deadlineMs = clock.now() + verdictSeconds * 1000;
  const pace = new Pace(describeMs, SLOWEST_MS);
  /** Undefined when the API refuses to tell just now. */
  const look = async () => {
    try {
      const events = await groups.eventsSince(replicationGroupId, eventsSinceMs);
      const { status } = await groups.describe(replicationGroupId);
      pace.faster();
      return { verdict: verdictOf(events, replicationGroupId), status };
    } catch (error) {
      if (!(error instanceof TransientServiceError) || clock.now() >= deadlineMs) throw error;
      pace.slower(LEAST_SLOWED_MS);
      return undefined;
    }
  };
  let availableSinceMs: number | undefined;
  for (;;) {
    await goOn();
    const seen = await look();
    if (!seen) {
      await clock.sleep(pace.ms);
      continue;
    }
    const { verdict, status } = seen;
    if (verdict?.outcome === 'failed') throw new ReplicationTestFailedError(replicationGroupId, verdict.message);

    const nowMs = clock.now();
    availableSinceMs = status === 'available' ? (availableSinceMs ?? nowMs) : undefined;
    if (availableSinceMs !== undefined) {
      if (verdict) return { verdict: 'passed', detail: verdict.message };
      if (nowMs - availableSinceMs >= eventGraceSeconds * 1000) {
        return { verdict: 'unknown', detail: 'The status is available again, and no event told the verdict.' };
      }
    }
    if (nowMs >= deadlineMs) {
      throw new TargetNotAvailableError(
        'Test',
        replicationGroupId,
        `${verdictSeconds} s later its status is ${status}`,
      );
    }
    await clock.sleep(pace.ms);
  }
};
