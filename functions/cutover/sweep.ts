import type { Migrations, Workflow } from '../migration/ports.ts';
import type { Clock } from '../replication/ports.ts';

/** A migration at work touches its record at least every LookAtLinkSeconds and a watch's length; this is beyond both. */
const SILENT_MS = 20 * 60_000;
/** Time for an accepted request to become an execution, and for an ended one to announce its end. */
const GRACE_MS = 60_000;
/** DescribeExecution refills at 15 calls a second in most Regions: one sweep stays far below a minute's worth. */
const MOST_A_SWEEP = 200;

/**
 * Looks for migrations whose end nobody settled: the event got lost, the Catch never ran, the request died before its
 * execution began. One that ended well needs nothing but its mark.
 *
 * @returns how many were looked at and what was done
 * @throws TransientServiceError
 */
export const makeSweep =
  (
    migrations: Pick<Migrations, 'unsettled' | 'markSettled'>,
    workflow: Pick<Workflow, 'describe' | 'settle'>,
    clock: Clock,
  ) =>
  async (): Promise<{ looked: number; settling: string[] }> => {
    const nowMs = clock.now();
    const quiet = { endedBefore: isoOf(nowMs - GRACE_MS), atWorkBefore: isoOf(nowMs - SILENT_MS) };
    const suspects = await migrations.unsettled(quiet, MOST_A_SWEEP);
    const settling: string[] = [];
    for (const { migrationId, executionArn, outcome } of suspects) {
      const execution = await workflow.describe(executionArn);
      if (execution?.status === 'RUNNING') continue;
      if (execution?.status === 'SUCCEEDED' && outcome) {
        await migrations.markSettled(migrationId);
        continue;
      }
      // A name of its own for every sweep: an earlier settlement may have ended without success.
      await workflow.settle(`${migrationId}-${Math.floor(nowMs / 60_000)}`, migrationId);
      settling.push(migrationId);
    }
    return { looked: suspects.length, settling };
  };

const isoOf = (ms: number): string => new Date(ms).toISOString();
