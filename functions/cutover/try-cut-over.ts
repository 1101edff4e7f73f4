import { failIfAborted } from '../migration/abort.ts';
import {
  FenceStandsError,
  FenceTakenOverError,
  isRefusal,
  MigrationEndedElsewhereError,
  TargetNotAvailableError,
  TargetNotMigratingError,
  TransientServiceError,
} from '../migration/errors.ts';
import { DEFAULT_CUTOVER, type FencedShard } from '../migration/fence.ts';
import { toFenceSummary } from '../migration/fence-summary.ts';
import type { NotedIntent } from '../migration/lock-ports.ts';
import { linksOf } from '../replication/observe.ts';
import type { Clock, ReplicationGroup } from '../replication/ports.ts';
import type { CutOverInput, CutOverMoment, CutOverSettings, CutOverWorld, Sent } from './cut-over-world.ts';
import { BackOut } from './fence/back-out.ts';
import { drainAndFence } from './fence/drain-and-fence.ts';
import { unpause } from './fence/freeze.ts';
import { type PreparedFence, prepareFence } from './fence/prepare-fence.ts';
import { lookForSync } from './last-look.ts';
import { isWanted, NOT_WANTED } from './wanted.ts';

/**
 * One try, of an attempt of its own, from the last look to CompleteMigration.
 *
 * @throws BackOut when the source is as it was, and the cutover may be tried again; all else as makeCutOver says
 */
export const tryCutOver = async (
  world: CutOverWorld,
  { pollMs, preparingMs, sealingMs }: CutOverSettings,
  { migrationId, replicationGroupId, source, epoch = null, cutover, waivers = [] }: CutOverInput,
  { eventsSinceMs, endsMs, begun }: CutOverMoment,
): Promise<Sent> => {
  const { groups, probe, locks, fences, migrations, lift, clock, toLinks = linksOf } = world;
  const isoNow = () => new Date(clock.now()).toISOString();
  const died = 'an earlier try of the cutover died before CompleteMigration was sent, and its fence was lifted';
  if ((await lift({ migrationId, because: died })) === 'lifted') throw new BackOut('earlier-try-died', died);

  const group = await describeMigrating(groups, replicationGroupId, clock);
  const links = toLinks(group, source);
  const redis = probe();
  const found = await lookForSync(redis, links, clock, pollMs, epoch).finally(() => redis.close());
  if ('whyNot' in found)
    throw new BackOut(found.verifyAgain ? 'epoch-changed' : 'not-in-sync', found.whyNot, {
      verifyAgain: found.verifyAgain ?? false,
    });

  const { drainBudgetMs } = cutover ?? DEFAULT_CUTOVER;
  if (clock.now() + preparingMs + drainBudgetMs + sealingMs > endsMs) {
    throw new BackOut('no-time', `a drain of ${drainBudgetMs} ms does not fit into what is left of the task's time`);
  }
  const attempt = world.newAttempt();
  await locks.arm(replicationGroupId, migrationId, attempt);
  const ours = { migrationId, replicationGroupId, attempt };
  const preparing = { ...ours, cutover: cutover ?? DEFAULT_CUTOVER, links, waivers, preparingMs, sealingMs };
  let prepared: PreparedFence | undefined;
  let touched = false;
  let unsent = true;
  let intent: NotedIntent & { fresh: boolean };
  let shards: FencedShard[];
  try {
    prepared = await prepareFence(world.open, fences, clock, preparing);
    await migrations.update(migrationId, {
      statusReason: 'The writes of the application are frozen until the target has applied everything.',
      phase: 'draining',
      waitingFor: 'every node of the target to apply everything',
      fence: toFenceSummary(prepared.record),
    });
    const untilMs = clock.now() + drainBudgetMs;
    const drained = await drainAndFence(prepared, clock, {
      untilMs,
      replicationIds: new Map(found.positions.map((one) => [one.nodeGroupId, one.replicationId])),
      verified: epoch,
      onTouch: () => {
        touched = true;
      },
    });
    ({ shards } = drained);
    const [, record] = await Promise.all([
      fences.advance(migrationId, attempt, { ...drained, phase: 'sealed', sealedAt: isoNow() }),
      migrations.find(migrationId),
    ]);
    failIfAborted(record);
    if (record && !isWanted(record, begun)) throw new BackOut('not-wanted', NOT_WANTED);
    if (record?.pendingAct) throw new BackOut('not-wanted', `an operator asks for the act ${record.pendingAct.act}`);
    if (record?.unfencedAt !== begun?.unfencedAt)
      throw new BackOut('not-wanted', 'an operator has unfenced the source meanwhile');
    if (clock.now() >= untilMs)
      throw new BackOut(
        'drain-timeout',
        `the time for the drain, ${drainBudgetMs} ms, was over when the fence was sealed`,
      );
    const noted = { at: isoNow(), eventsSinceMs };
    unsent = false;
    intent = await locks.intend(replicationGroupId, migrationId, 'complete', noted, attempt);
    if (!intent.fresh) throw new TransientServiceError('CutOver', 'CompleteMigration was noted by another try');
  } catch (error) {
    const own = { attempt, untouched: prepared !== undefined && !touched, unsent };
    await takeBack(prepared, own.untouched);
    // Whether the note was taken, where its answer was lost, is what the lifting finds out first.
    await lift({ migrationId, because: `the cutover was backed out: ${(error as Error).message}`, own });
    throw toBackOut(error);
  }
  await send(world, prepared, { ...ours, intent });
  return { intent, shards };
};

/** A primary is in sync before the status says `migrating`, and an answer may be 5 s old: from before the start, `available`. */
const PATIENCE_MS: Record<string, number> = { modifying: 15_000, available: 6_000 };
const DESCRIBE_MS = 500;

/** @throws BackOut when the group is not `migrating`, or not within the time that its status allows */
export const describeMigrating = async (
  groups: CutOverWorld['groups'],
  replicationGroupId: string,
  clock: Clock,
): Promise<ReplicationGroup> => {
  const sinceMs = clock.now();
  for (;;) {
    const group = await groups.describe(replicationGroupId);
    if (group.status === 'migrating') return group;
    if (clock.now() >= sinceMs + (PATIENCE_MS[group.status] ?? 0)) {
      throw new BackOut('not-in-sync', `the replication group is ${group.status}, and not migrating`);
    }
    await clock.sleep(DESCRIBE_MS);
  }
};

/** Lets go on who waits, at once where nothing durable stands, and ends our connections. */
const takeBack = async (prepared: PreparedFence | undefined, untouched: boolean): Promise<void> => {
  if (untouched) await Promise.all((prepared?.nodes ?? []).map(unpause));
  prepared?.close();
};

const toBackOut = (error: unknown): unknown => {
  if (error instanceof FenceTakenOverError)
    return new BackOut('fence-taken-over', 'it took so long that its fence was taken over', { cause: error });
  // The repeat lifts it.
  return error instanceof FenceStandsError ? new TransientServiceError('CutOver', error) : error;
};

interface Sending {
  migrationId: string;
  replicationGroupId: string;
  attempt: string;
  intent: NotedIntent;
}

/** CompleteMigration. Between its note and the call is nothing that can fail. */
const send = async (
  { groups, locks, fences, migrations, lift }: CutOverWorld,
  prepared: PreparedFence,
  { migrationId, replicationGroupId, attempt, intent }: Sending,
): Promise<void> => {
  let refusal: Error | undefined;
  try {
    await groups.complete(replicationGroupId);
  } catch (error) {
    // After a transient fault nobody knows whether it took effect: a repeat looks, and sends it again.
    if (!isRefusal(error)) throw error;
    refusal = error as Error;
  } finally {
    // Where the operator's word is the only fence, what keeps the writes off stays: it may be a pause of the operator's own.
    if (!refusal && prepared.record.kind !== 'none') await Promise.all(prepared.nodes.map(unpause));
    prepared.close();
  }
  const judged = { at: intent.at, sends: 1 };
  // What another try has sent meanwhile nobody has judged.
  if (refusal && (await locks.withdraw(replicationGroupId, migrationId, 'complete', judged))) {
    const own = { attempt, untouched: false };
    await lift({ migrationId, because: `CompleteMigration was refused: ${refusal.message}`, own });
    if (refusal instanceof TargetNotAvailableError)
      throw new BackOut('target-refused', refusal.message, { cause: refusal });
    if (refusal instanceof TargetNotMigratingError) {
      throw new MigrationEndedElsewhereError(replicationGroupId, refusal.message);
    }
    throw refusal;
  }
  try {
    await fences.leave(migrationId, attempt);
    await tellSent({ fences, migrations }, migrationId, intent);
  } catch (error) {
    // A repeat of the task would send it once more. The watch tells the same, and the fence's mark only brings a look at it.
    if (!(error instanceof TransientServiceError)) throw error;
  }
};

const tellSent = async (
  { fences, migrations }: Pick<CutOverWorld, 'fences' | 'migrations'>,
  migrationId: string,
  intent: NotedIntent,
): Promise<void> => {
  const [standing, sealed] = await Promise.all([migrations.find(migrationId), fences.find(migrationId)]);
  // This try was taken for dead: the watch has told what came of it, and what may be asked for hangs on that.
  if (standing?.promotedAt !== undefined || standing?.phase === 'promotionInDoubt') return;
  await migrations.update(migrationId, {
    statusReason: 'CompleteMigration was sent: there is no way back by itself.',
    phase: 'promoting',
    waitingFor: 'the primary to be promoted',
    ...(sealed && { fence: toFenceSummary(sealed) }),
    ...(standing?.progress && { progress: { ...standing.progress, lagBytes: 0, asOf: intent.at } }),
  });
};
