import { failIfAborted } from '../migration/abort.ts';
import { FenceStandsError, FenceTakenOverError, TransientServiceError } from '../migration/errors.ts';
import { DEFAULT_CUTOVER, type FencedShard } from '../migration/fence.ts';
import { toFenceSummary } from '../migration/fence-summary.ts';
import type { NotedIntent } from '../migration/lock-ports.ts';
import type { Session } from '../preflight/ports.ts';
import { linksOf } from '../replication/observe.ts';
import type { Clock, ReplicationGroup } from '../replication/ports.ts';
import type { CutOverInput, CutOverMoment, CutOverSettings, CutOverWorld, Sent } from './cut-over-world.ts';
import { BackOut } from './fence/back-out.ts';
import { nameOf } from './fence/connection.ts';
import { drainAndFence } from './fence/drain-and-fence.ts';
import { unpause } from './fence/freeze.ts';
import { type Held, holding } from './fence/held.ts';
import { type PreparedFence, prepareFence } from './fence/prepare-fence.ts';
import { lookForSync } from './last-look.ts';
import { sendComplete } from './send-complete.ts';
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
  const held = holding(world.open);
  let prepared: PreparedFence | undefined;
  let touched = false;
  let unsent = true;
  let intent: NotedIntent & { fresh: boolean };
  let shards: FencedShard[];
  try {
    prepared = await prepareFence({ target: world.open, source: held.open }, fences, clock, preparing);
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
    const because = `the cutover was backed out: ${(error as Error).message}`;
    try {
      closeTargets(prepared);
      const own = { attempt, untouched: !touched, unsent, held: held.takeBack() };
      if (own.untouched) await letGo(prepared, own.held);
      // Whether the note was taken, where its answer was lost, is what the lifting finds out first.
      await lift({ migrationId, because, own });
    } finally {
      end(prepared, held);
    }
    throw toBackOut(error);
  }
  try {
    await sendComplete(world, prepared, { ...ours, intent, held });
  } finally {
    end(prepared, held);
  }
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

/** Nothing durable stands: who waits goes on at once. */
const letGo = async (prepared: PreparedFence | undefined, held: ReadonlyMap<string, Session>): Promise<void> => {
  const waking = (prepared?.nodes ?? []).map(({ endpoint, pausesWrites }) => {
    const session = held.get(nameOf(endpoint));
    return session && unpause({ session, pausesWrites });
  });
  await Promise.all(waking);
};

/** Whatever still waits for them ends. */
const closeTargets = (prepared: PreparedFence | undefined): void => {
  for (const { session } of prepared?.targets ?? []) session.close();
};

const end = (prepared: PreparedFence | undefined, held: Held): void => {
  closeTargets(prepared);
  held.close();
};

const toBackOut = (error: unknown): unknown => {
  if (error instanceof FenceTakenOverError)
    return new BackOut('fence-taken-over', 'it took so long that its fence was taken over', { cause: error });
  // The repeat lifts it.
  return error instanceof FenceStandsError ? new TransientServiceError('CutOver', error) : error;
};
