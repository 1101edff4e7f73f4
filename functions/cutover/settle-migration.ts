import type { AskedAct } from '../migration/acts.ts';
import type { Fences, Lock, Locks } from '../migration/lock-ports.ts';
import type { Migrations, Workflow } from '../migration/ports.ts';
import type { Failure, MigrationRecord } from '../migration/record.ts';
import { MigrationNotFoundError } from '../migration/request-errors.ts';
import type { Clock } from '../replication/ports.ts';
import { type Announcement, aboutOf, envelopeOf, terminalOf } from './announcement.ts';
import { type Ending, findEnding } from './ending.ts';
import { toEnd } from './settled-end.ts';

export type SettleInput = { migrationId: string } & (
  | { step: 'decide' /** Handed over by the execution's own Catch. */; failure?: Failure | null }
  | { step: 'end'; ending: Ending /** What `makeSafe` has found; null when it need not run. */; notes: string[] | null }
  | { step: 'release' | 'conclude' | 'find' }
  | { step: 'concludeAct'; act: AskedAct }
);

export type SettleResult =
  | { state: 'running' | 'settled' | 'released' }
  /** The migration had ended while the act was carried out, and its lock may have been left because its fence stood. */
  | { state: 'concluded'; lockLeft: boolean }
  | {
      state: 'decided';
      ending: Ending;
      /** Something was, or may be, done to the group or the source under this lock: the world has to be made safe. */
      acts: boolean;
      /** A fence stands that may be lifted at once. */
      fenced: boolean;
      /** How long tasks that act on the group may still run, in seconds. */
      waitSeconds: number;
    }
  /** An end was recorded already: it is to be released and announced. */
  | { state: 'ended'; waitSeconds: number; announcement: Announcement }
  /** The end is recorded; a claim that came late has begun to act, and the world has to be made safe after all. */
  | { state: 'unsafe'; waitSeconds: number }
  | { state: 'found'; about: Omit<Announcement, 'detailType'> & { reasons: Record<AskedAct, string | null> } };

/**
 * Settlement, in steps that can each be repeated and may run in several executions at once.
 *
 * `decide` closes the lock to new intents and finds how the migration ended; nothing is written of that before the world is
 * safe. `end` records the end (the first writer wins), `release` gives the lock back once no stop can be under way any more,
 * `conclude`, after the announcement, marks the migration as settled. `find` and `concludeAct` are for acts.
 *
 * @throws MigrationNotFoundError
 * @throws TransientServiceError
 */
export const makeSettleMigration =
  (
    migrations: Pick<Migrations, 'find' | 'end' | 'markSettled' | 'concludeAct'>,
    locks: Pick<Locks, 'find' | 'closeToIntents' | 'release'>,
    fences: Pick<Fences, 'find'>,
    workflow: Pick<Workflow, 'describe'>,
    clock: Clock,
    { actingTaskSeconds }: { actingTaskSeconds: number },
  ) =>
  async (input: SettleInput): Promise<SettleResult> => {
    const { migrationId } = input;
    const record = await migrations.find(migrationId);
    if (!record) throw new MigrationNotFoundError(migrationId);
    const { replicationGroupId } = record;
    const close = () => locks.closeToIntents(replicationGroupId, migrationId);
    const ownLock = async () => {
      const lock = await locks.find(replicationGroupId);
      return lock?.owner === migrationId ? lock : undefined;
    };
    const ended = (of: MigrationRecord, lock: Lock | undefined): SettleResult => {
      if (!of.outcome) throw new MigrationNotFoundError(migrationId);
      // Another settlement may be about to send its stop, or another try of the cutover its CompleteMigration.
      const late = lock?.intents.stop || (lock?.intents.complete?.sends ?? 1) > 1;
      const waitSeconds = late ? actingTaskSeconds : 0;
      return { state: 'ended', waitSeconds, announcement: terminalOf(of, of.outcome) };
    };

    switch (input.step) {
      case 'decide': {
        if (!record.unsettled) return { state: 'settled' };
        // A good end is announced by the execution itself, unless that hands over that it could not.
        const own = record.outcome && !input.failure ? await workflow.describe(record.executionArn) : undefined;
        if (own?.status === 'RUNNING') return { state: 'running' };
        if (own?.status === 'SUCCEEDED') {
          await migrations.markSettled(migrationId);
          return { state: 'settled' };
        }
        const ending = record.outcome ? undefined : await findEnding(workflow, record, input.failure ?? undefined);
        if (!record.outcome && !ending) return { state: 'running' };
        await close();
        const lock = await ownLock();
        if (!ending) return ended(record, lock);
        const fence = await fences.find(migrationId);
        const fenced = fence !== undefined && fence.phase !== 'lifted';
        const acts = lock?.intents.start !== undefined || fenced;
        const waitSeconds = acts ? actingTaskSeconds : 0;
        return { state: 'decided', ending, acts, fenced: fenced && !lock?.intents.complete, waitSeconds };
      }
      case 'end': {
        const lock = await ownLock();
        const { outcome, change } = toEnd(record, input.ending, input.notes ?? [], lock?.intents.complete?.at, clock);
        const standing = await migrations.end(migrationId, outcome, change);
        // A claim that takes the lock from here on finds the end; one that took it in between is told now.
        await close();
        const after = await ownLock();
        if (!input.notes && after?.intents.start) return { state: 'unsafe', waitSeconds: actingTaskSeconds };
        return ended(standing ?? record, after);
      }
      case 'release': {
        const fence = await fences.find(migrationId);
        // Who is next must not find our fence, and have it lifted under its own.
        const isSent = (await ownLock())?.intents.complete !== undefined;
        const stands = fence && fence.phase !== 'lifted' && !(fence.phase === 'sealed' && isSent);
        if (record.outcome && !stands) await locks.release(replicationGroupId, migrationId);
        return { state: 'released' };
      }
      case 'conclude':
        await migrations.markSettled(migrationId);
        return { state: 'settled' };
      case 'find':
        return {
          state: 'found',
          about: {
            ...envelopeOf(record),
            data: aboutOf(record),
            reasons: {
              confirm: record.confirm?.reason ?? null,
              unfence: record.unfence?.reason ?? null,
              rollback: record.rollback?.reason ?? null,
            },
          },
        };
      case 'concludeAct':
        await migrations.concludeAct(migrationId, input.act);
        // An end that is recorded after the record was read finds the fence as the act has left it.
        return { state: 'concluded', lockLeft: record.outcome !== undefined && (await ownLock()) !== undefined };
    }
  };
