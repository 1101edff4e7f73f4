import { failIfAborted } from '../migration/abort.ts';
import { TransientServiceError } from '../migration/errors.ts';
import type { Fences, Locks } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import { sentence } from '../migration/sentence.ts';
import { eventsFromNow } from '../replication/group-events.ts';
import type { Clock, ReplicationGroups } from '../replication/ports.ts';
import type { CutOverInput, CutOverMoment, CutOverSettings, CutOverWorld, Sent } from './cut-over-world.ts';
import { BackOut, type BackOutCode } from './fence/back-out.ts';
import { positionsOf, type ShardPosition } from './last-look.ts';
import { sendAgain } from './send-again.ts';
import { tryCutOver } from './try-cut-over.ts';
import { isWanted, NOT_WANTED } from './wanted.ts';

/**
 * `verifyAgain`: what was verified says nothing of what the target holds now. `waivable`: it does not pass by itself, and a
 * request can go on in spite of it.
 */
export type CutOverResult =
  | { outcome: 'sent'; sentAt: string; eventsSinceMs: number; positions: ShardPosition[] }
  | {
      outcome: 'backedOut';
      code: BackOutCode;
      reason: string;
      eventsSinceMs: number;
      verifyAgain?: true;
      waivable?: true;
    };

/**
 * The point of no return: freezes and fences the source, waits until every node of the target has applied everything, and
 * sends CompleteMigration, without Force. It is one task, so that nothing waits for a state machine while the application
 * is frozen. Whatever does not come about before CompleteMigration is noted in the lock ends in a back-out: the fence is
 * lifted, and the cutover may be tried again. A repeat that finds it noted does not judge anything: it may have worked.
 *
 * @throws LockLostError, AbortRequestedError when nothing may be sent any more; the fence is lifted
 * @throws MigrationEndedElsewhereError, TargetRefusedError, TargetNotFoundError
 * @throws TransientServiceError also while a fence of an earlier try cannot be lifted
 */
export const makeCutOver = (world: CutOverWorld & CutOverBase, settings: CutOverSettings) =>
  makeCutOverBy(world, settings.actingTaskSeconds, (input, moment) => tryCutOver(world, settings, input, moment));

/** What every cutover needs, however it is carried out. */
export interface CutOverBase {
  groups: Pick<ReplicationGroups, 'describe' | 'complete' | 'eventsSince'>;
  locks: Pick<Locks, 'disarm' | 'find' | 'noteSend'>;
  fences: Pick<Fences, 'find'>;
  migrations: Pick<Migrations, 'update' | 'clearCutoverRequest'>;
  clock: Clock;
}

/** The same, by another try. @param tryOnce throws BackOut when nothing was sent and the cutover may be tried again */
export const makeCutOverBy =
  (
    world: CutOverBase,
    actingTaskSeconds: number,
    tryOnce: (input: CutOverInput, moment: CutOverMoment) => Promise<Sent>,
  ) =>
  async (input: CutOverInput): Promise<CutOverResult> => {
    const { groups, locks, fences, migrations, clock } = world;
    const { migrationId, replicationGroupId, attempt } = input;
    const endsMs = clock.now() + actingTaskSeconds * 1000;
    const record = await migrations.update(migrationId, {
      status: 'cuttingOver',
      statusReason: 'The links are looked at once more before the source is fenced.',
      phase: 'completing',
      waitingFor: 'every link to be in sync',
      ...(attempt !== undefined && { cutoverAttempt: attempt }),
    });
    const eventsSinceMs = await eventsFromNow(groups, replicationGroupId, clock);

    const lock = await locks.find(replicationGroupId);
    const noted = lock?.owner === migrationId ? lock.intents.complete : undefined;
    if (noted) {
      const fence = await fences.find(migrationId);
      // An operator who has lifted it takes the source back.
      if (!fence || fence.phase === 'sealed') {
        await sendAgain(groups, locks, migrationId, replicationGroupId, noted);
      }
      const shards = fence?.shards ?? [];
      return { outcome: 'sent', sentAt: noted.at, eventsSinceMs: noted.eventsSinceMs, positions: positionsOf(shards) };
    }
    // Not before the look at the lock: an abort that came too late may still stand in the record.
    failIfAborted(record);
    /** The request is forgotten by then: a try that was taken for dead, and wakes, cannot arm any more or finds that. */
    const unlessSent = async () => {
      if ((await locks.disarm(replicationGroupId, migrationId)) !== 'sent') return;
      throw new TransientServiceError('CutOver', 'another try of it has sent CompleteMigration');
    };
    if (record && !isWanted(record)) {
      await unlessSent();
      return { outcome: 'backedOut', code: 'not-wanted', reason: NOT_WANTED, eventsSinceMs };
    }
    try {
      const { intent, shards } = await tryOnce(input, { eventsSinceMs, endsMs, begun: record });
      return {
        outcome: 'sent',
        sentAt: intent.at,
        eventsSinceMs: intent.eventsSinceMs,
        positions: positionsOf(shards),
      };
    } catch (error) {
      if (!(error instanceof BackOut)) throw error;
      const { code, message: reason } = error;
      const at = new Date(clock.now()).toISOString();
      await migrations.clearCutoverRequest(migrationId, { at, reason: sentence(reason) });
      await unlessSent();
      await migrations.update(migrationId, {
        status: 'syncing',
        statusReason: `The cutover was backed out: ${reason}.`,
      });
      return {
        outcome: 'backedOut',
        code,
        reason,
        eventsSinceMs,
        ...(error.verifyAgain && { verifyAgain: true }),
        ...(error.waivable && { waivable: true }),
      };
    }
  };
