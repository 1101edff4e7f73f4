import type { Migrations } from '../migration/ports.ts';
import type { VerificationProgress, VerificationReport } from '../migration/verification.ts';
import type { Step } from './step.ts';

/** The view gets a figure within 2 s of its being known, and is written no more often. */
const BETWEEN_WRITES_MS = 1900;

const COMPARING = 'Source and target are compared, key by key.';
const WAITING = 'the comparison of source and target';

/** Writes what a verification does to the view, no more often than is of use. */
export const makeVerifyView = (migrations: Pick<Migrations, 'update'>, migrationId: string) => {
  let writtenAtMs = Number.NEGATIVE_INFINITY;

  return {
    async begin(): Promise<void> {
      await migrations.update(migrationId, {
        status: 'verifying',
        statusReason: COMPARING,
        phase: 'verifying',
        waitingFor: WAITING,
      });
    },

    async progress({ checkpoint, progress, done }: Step, nowMs: number): Promise<void> {
      if (!done && nowMs - writtenAtMs < BETWEEN_WRITES_MS) return;
      const { percent, waitingFor } = progress;
      const shown: VerificationProgress = {
        ...progress,
        percent: Math.floor(percent * 10) / 10,
        counts: checkpoint.counts,
        startedAt: new Date(checkpoint.startedAtMs).toISOString(),
        asOf: new Date(nowMs).toISOString(),
      };
      await migrations.update(migrationId, {
        status: 'verifying',
        statusReason: COMPARING,
        waitingFor: waitingFor ?? WAITING,
        verificationProgress: shown,
      });
      writtenAtMs = nowMs;
    },

    async end(report: VerificationReport): Promise<void> {
      await migrations.update(migrationId, {
        status: 'verifying',
        statusReason: report.why,
        waitingFor: 'the next step',
        verificationReport: report,
      });
    },
  };
};
