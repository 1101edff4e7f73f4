import {
  MigrationEndedElsewhereError,
  TargetNotAvailableError,
  TargetNotMigratingError,
  TargetRefusedError,
} from '../migration/errors.ts';
import type { Locks, Migrations } from '../migration/ports.ts';
import { eventsFromNow } from '../replication/group-events.ts';
import { judgeLink, type LinkState } from '../replication/link-state.ts';
import { linksOf, observe } from '../replication/observe.ts';
import type { Clock, Probe, ReplicationGroups } from '../replication/ports.ts';
import { isReadable, type LinkReading, primaryOf } from '../replication/shard-link.ts';
import type { TaskInput } from '../replication/task-input.ts';

/** Where a shard stood when CompleteMigration was sent. */
export interface ShardPosition {
  nodeGroupId: string;
  replicationId: string;
  sourceOffset: number;
  targetOffset: number;
}

export type CompleteResult =
  | { outcome: 'sent'; sentAt: string; eventsSinceMs: number; positions: ShardPosition[] }
  | { outcome: 'backedOut'; reason: string; eventsSinceMs: number };

/** How often the links are looked at before the cutover is given up for now. */
const LOOKS = 10;

/**
 * The point of no return: sends CompleteMigration, without Force, when every link is in sync. The intent is noted in the
 * lock before; a repeat of this task finds it, does not judge the links again (they may be gone because it worked), and
 * sends the call again, which then answers that there is nothing to complete.
 *
 * @throws LockLostError before anything is sent
 * @throws MigrationEndedElsewhereError, TargetRefusedError, TargetNotFoundError, TransientServiceError
 */
export const makeCompleteReplication =
  (
    groups: Pick<ReplicationGroups, 'describe' | 'complete' | 'eventsSince'>,
    probe: () => Probe,
    locks: Pick<Locks, 'intend' | 'withdraw' | 'find'>,
    migrations: Pick<Migrations, 'update' | 'clearCutoverRequest'>,
    clock: Clock,
    { pollMs }: { pollMs: number },
  ) =>
  async ({ migrationId, replicationGroupId, source }: TaskInput): Promise<CompleteResult> => {
    const standing = await migrations.update(migrationId, {
      status: 'cuttingOver',
      statusReason: 'The links are looked at once more before CompleteMigration is sent.',
      phase: 'completing',
      waitingFor: 'every link to be in sync',
    });
    const isoNow = () => new Date(clock.now()).toISOString();
    const eventsSinceMs = await eventsFromNow(groups, replicationGroupId, clock);
    const backOut = async (reason: string): Promise<CompleteResult> => {
      await migrations.clearCutoverRequest(migrationId);
      await migrations.update(migrationId, {
        status: 'syncing',
        statusReason: `The cutover was backed out: ${reason}.`,
      });
      return { outcome: 'backedOut', reason, eventsSinceMs };
    };

    const sentBefore = (await locks.find(replicationGroupId))?.intents.complete !== undefined;
    const group = await groups.describe(replicationGroupId);
    const redis = probe();
    let positions: ShardPosition[] = [];
    try {
      for (let look = 1; !sentBefore; look++) {
        const readings = await observe(redis, linksOf(group, source), clock);
        const states = readings.map(judgeLink);
        if (states.every(({ phase }) => phase === 'inSync')) {
          positions = readings.flatMap(positionOf);
          await migrations.update(migrationId, { progress: { ...standing?.progress, lagBytes: 0, asOf: isoNow() } });
          break;
        }
        if (look === LOOKS) return await backOut(whyNot(states));
        await clock.sleep(pollMs);
      }
    } finally {
      redis.close();
    }

    const intent = await locks.intend(replicationGroupId, migrationId, 'complete', {
      at: isoNow(),
      eventsSinceMs,
    });
    const sent = (): CompleteResult => ({
      outcome: 'sent',
      sentAt: intent.at,
      eventsSinceMs: intent.eventsSinceMs,
      positions,
    });
    await migrations.update(migrationId, {
      statusReason: 'CompleteMigration is sent: from here there is no way back.',
      phase: 'promoting',
      waitingFor: 'the primary to be promoted',
    });
    try {
      await groups.complete(replicationGroupId);
    } catch (error) {
      const nothingToComplete = error instanceof TargetNotMigratingError || error instanceof TargetNotAvailableError;
      if (!intent.fresh && nothingToComplete) return sent();
      const refused = nothingToComplete || error instanceof TargetRefusedError;
      if (refused) await locks.withdraw(replicationGroupId, migrationId, 'complete');
      if (error instanceof TargetNotMigratingError) {
        throw new MigrationEndedElsewhereError(replicationGroupId, error.message);
      }
      if (error instanceof TargetNotAvailableError) return await backOut(error.message);
      throw error;
    }
    return sent();
  };

const whyNot = (states: readonly LinkState[]): string =>
  states.find(({ phase }) => phase !== 'inSync')?.why ?? 'a link is not in sync';

const positionOf = ({ link, source, nodes, laterOffset }: LinkReading): ShardPosition[] => {
  const target = nodes.get(primaryOf(link).cacheClusterId);
  if (!isReadable(source) || !isReadable(target)) return [];
  return [
    {
      nodeGroupId: link.nodeGroupId,
      replicationId: source.replicationId,
      sourceOffset: source.offset,
      targetOffset: laterOffset ?? target.offset,
    },
  ];
};
