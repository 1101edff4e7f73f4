import type { MigrationRecord } from '../migration/record.ts';
import type { Outcome, Phase } from '../migration/status.ts';
import { about, logger, subjectNow } from './logger.ts';
import { tellFigures } from './metrics.ts';

/**
 * What has come to be known of migrations by what was read and written. A write is told of once: it is conditional, and only
 * the one that took effect is told of. One whose answer is lost is not: the client repeats it, and finds it done.
 */
export interface MigrationFacts {
  /** A record as it was read, or as a write has left it. */
  seen(record: MigrationRecord): void;
  created(record: MigrationRecord): void;
  /** It is in a phase in which it was not before. */
  entered(record: MigrationRecord, phase: Phase): void;
  promoted(record: MigrationRecord, isConfirmed: boolean): void;
  ended(record: MigrationRecord, outcome: Outcome): void;
}

export const UNHEARD: MigrationFacts = {
  seen: () => undefined,
  created: () => undefined,
  entered: () => undefined,
  promoted: () => undefined,
  ended: () => undefined,
};

const ENDED: Record<Outcome, Parameters<typeof tellFigures>[0]> = {
  completed: { MigrationsCompleted: 1 },
  dryRunCompleted: { DryRunsCompleted: 1 },
  failed: { MigrationsFailed: 1 },
  aborted: { MigrationsAborted: 1 },
  timedOut: { MigrationsTimedOut: 1 },
};

/** Tells it in logs and figures. */
export const toldFacts: MigrationFacts = {
  seen({ migrationId, correlationId, phase }) {
    const known = subjectNow();
    // Of another migration a record may be read too, as of the one that holds the group.
    if (known.migrationId !== undefined && known.migrationId !== migrationId) return;
    about({ migrationId, correlationId: known.correlationId ?? correlationId, phase });
  },

  created(record) {
    toldFacts.seen(record);
    tellFigures({ MigrationsAccepted: 1 });
  },

  entered(record, phase) {
    logger.info('phase entered', { status: record.status, statusReason: record.statusReason });
    const isFirst = record.phases.filter((change) => change.phase === phase).length === 1;
    if (phase === 'inSync' && isFirst) tellFigures({ MigrationsInSync: 1 });
    if (phase === 'promotionInDoubt') tellFigures({ PromotionsInDoubt: 1 });
    if (phase === 'promoting') tellFigures(freezeOf(record));
  },

  promoted({ fence, promotedAt }, isConfirmed) {
    // Of a promotion that an operator has confirmed nobody knows when it came about.
    tellFigures({ MigrationsPromoted: 1, ...(!isConfirmed && { OutageMs: between(fence?.frozenAt, promotedAt) }) });
  },

  ended(_record, outcome) {
    tellFigures(ENDED[outcome]);
  },
};

const freezeOf = ({ fence }: MigrationRecord) => ({
  FreezeMs: between(fence?.frozenAt, fence?.sealedAt),
  DrainMs: fence?.drainMs,
});

const between = (from: string | undefined, to: string | undefined): number | undefined =>
  from === undefined || to === undefined ? undefined : Date.parse(to) - Date.parse(from);
