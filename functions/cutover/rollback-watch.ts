import type { RollbackPossibility } from '../migration/cutover-record.ts';
import type { FenceRecord } from '../migration/fence.ts';
import type { Migrations } from '../migration/ports.ts';
import type { MigrationRecord } from '../migration/record.ts';
import { unfencedSince } from '../migration/unfenced.ts';

/** @throws TransientServiceError of the table */
export type LookForRollback = (fence: FenceRecord) => Promise<RollbackPossibility>;

/** Shows in the view whether one call still returns to the source, no more often than `everyMs`, until it never will again. */
export type RollbackWatch = (
  fence: FenceRecord | undefined,
  record: MigrationRecord | undefined,
  nowMs: number,
) => Promise<void>;

export const makeRollbackWatch = (
  migrations: Pick<Migrations, 'noteRollback'>,
  look: LookForRollback,
  migrationId: string,
  everyMs: number,
): RollbackWatch => {
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  return async (fence, record, nowMs) => {
    // Whoever carries an act out has the last word of it.
    const isOver = record && (record.rollbackPossibility?.forGood || record.pendingAct || unfencedSince(record));
    if (fence?.phase !== 'sealed' || isOver || nowMs - lookedAtMs < everyMs) return;
    lookedAtMs = nowMs;
    await migrations.noteRollback(migrationId, await look(fence));
  };
};
