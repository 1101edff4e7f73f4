import type { AskedAct, SweptAs } from '../migration/acts.ts';
import type { Fences } from '../migration/lock-ports.ts';
import type { Migrations, Workflow } from '../migration/ports.ts';
import type { MigrationRecord } from '../migration/record.ts';
import type { Clock } from '../replication/ports.ts';

/**
 * A migration at work touches its record at least every LookAtLinkSeconds and a watch's length, one that waits for its turn
 * every ten minutes; this is beyond all.
 */
const SILENT_MS = 20 * 60_000;
/** Time for an accepted request to become an execution, and for an ended one to announce its end. */
const GRACE_MS = 60_000;
/** Whoever has set a fence lifts it at its deadline; a little later it is not at work any more. */
const LATE_MS = 5000;
/**
 * Nobody has written its record for so long, and a sweep has had ten minutes to do something about it: a settlement waits
 * out tasks that act for two of them.
 */
const STUCK_MS = 30 * 60_000;
/** DescribeExecution refills at 15 calls a second in most Regions: one sweep stays far below a minute's worth. */
const MOST_A_SWEEP = 200;

export interface SweepReport {
  /** How many migrations were looked at. */
  looked: number;
  /** Ids of migrations whose settlement was started. */
  settling: string[];
  /** Ids of migrations whose fence is past its deadline, and is lifted. */
  lifting: string[];
  /** Ids of migrations of which something was asked that nobody has carried out. */
  acting: string[];
  /** Ids of those that nothing has moved for half an hour, whether they are looked after or not. */
  stuck: string[];
}

/** What a sweep tells as it goes, so that a fault leaves behind which migration it met. */
export interface SweepLog {
  /** What is told from here on is about this migration; undefined: about none. */
  about(migrationId: string | undefined): void;
  did(what: 'lifting' | 'settling' | 'acting' | 'marked' | 'stuck'): void;
}

const SILENT: SweepLog = { about: () => undefined, did: () => undefined };

/**
 * Looks for what nobody has finished: migrations whose end nobody settled (the event got lost, the Catch never ran, the
 * request died before its execution began), fences past their deadline, and acts that were asked for. One that ended well
 * needs nothing but its mark.
 *
 * @throws TransientServiceError
 */
export const makeSweep =
  (
    migrations: Pick<Migrations, 'unsettled' | 'markSettled' | 'noteSweep'>,
    fences: Pick<Fences, 'overdue'>,
    workflow: Pick<Workflow, 'describe' | 'settle'>,
    clock: Clock,
    log: SweepLog = SILENT,
  ) =>
  async (): Promise<SweepReport> => {
    const nowMs = clock.now();
    // A name of its own for every sweep: an earlier settlement may have ended without success.
    const minute = Math.floor(nowMs / 60_000);
    const lifting = await fences.overdue(isoOf(nowMs - LATE_MS), MOST_A_SWEEP);
    for (const migrationId of lifting) {
      log.about(migrationId);
      log.did('lifting');
      await workflow.settle(`${migrationId}-fence-${minute}`, migrationId, 'liftFence');
    }

    const quiet = { endedBefore: isoOf(nowMs - GRACE_MS), atWorkBefore: isoOf(nowMs - SILENT_MS) };
    const swept = new Map<string, SweptAs>();
    const settle = async ({ migrationId, sweptAs }: MigrationRecord, act?: AskedAct) => {
      const name = `${migrationId}-${act ? `${act}-` : ''}${minute}`;
      await workflow.settle(name, migrationId, act);
      swept.set(migrationId, { ...sweptAs, ...swept.get(migrationId), [act ?? 'settle']: name });
    };
    const suspects = await migrations.unsettled(quiet, MOST_A_SWEEP);
    const [settling, acting, stuck]: [string[], string[], string[]] = [[], [], []];
    const stuckBefore = isoOf(nowMs - STUCK_MS);
    for (const record of suspects) {
      const { migrationId, executionArn, outcome, pendingAct } = record;
      log.about(migrationId);
      if (isStuck(record, stuckBefore)) {
        stuck.push(migrationId);
        log.did('stuck');
      }
      if (pendingAct && pendingAct.at < quiet.endedBefore) {
        log.did('acting');
        await settle(record, pendingAct.act);
        acting.push(migrationId);
      }
      if (!isUnsettled(record, quiet)) continue;
      const execution = await workflow.describe(executionArn);
      if (execution?.status === 'RUNNING') continue;
      if (execution?.status === 'SUCCEEDED' && outcome) {
        log.did('marked');
        await migrations.markSettled(migrationId);
        continue;
      }
      log.did('settling');
      await settle(record);
      settling.push(migrationId);
    }
    // Last: everybody is looked after before it is told by whom.
    for (const [migrationId, sweptAs] of swept) {
      log.about(migrationId);
      await migrations.noteSweep(migrationId, sweptAs);
    }
    log.about(undefined);
    return { looked: suspects.length, settling, lifting, acting, stuck };
  };

/** An act is carried out without a word to the record until it is done. */
const isStuck = ({ updatedAt, pendingAct }: MigrationRecord, before: string): boolean =>
  updatedAt < before && (pendingAct === undefined || pendingAct.at < before);

/** The index also finds migrations for their pending act alone. */
const isUnsettled = (
  { unsettled, outcome, status, turnAt, updatedAt }: MigrationRecord,
  { endedBefore, atWorkBefore }: { endedBefore: string; atWorkBefore: string },
): boolean => {
  const mayNeverHaveBegun = status === 'accepted' && turnAt === undefined;
  return unsettled === true && updatedAt < (outcome || mayNeverHaveBegun ? endedBefore : atWorkBefore);
};

const isoOf = (ms: number): string => new Date(ms).toISOString();
