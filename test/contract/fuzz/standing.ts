import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { aRecord } from '../../functions/support/records.ts';

const cutoverSettings = { mode: 'manual', fence: 'auto', drainBudgetMs: 2000, quietSeconds: 60 } as const;
/** Of late: for each ten minutes since then a history has something to read. */
const acceptedAt = new Date(Date.now() - 3_600_000).toISOString();
const promotedAt = new Date(Date.now() - 600_000).toISOString();
/** What is asked of these once cannot be asked again. */
const ASKED_MUCH = ['awaiting', 'doubted', 'promoted'];

const WHERE: Record<string, Partial<MigrationRecord>> = {
  accepted: {},
  syncing: { status: 'syncing', phase: 'copying' },
  awaiting: { status: 'awaitingCutover', phase: 'awaitingCutover', taskToken: 'token' },
  drained: { status: 'cuttingOver', phase: 'draining' },
  doubted: { status: 'cuttingOver', phase: 'promotionInDoubt' },
  promoted: { status: 'promoted', phase: 'closing', promotedAt },
  completed: { status: 'completed', phase: 'ended', outcome: 'completed', promotedAt, stoppedAt: promotedAt },
  failed: {
    status: 'failed',
    phase: 'ended',
    outcome: 'failed',
    failure: { error: 'E', cause: 'c' },
    stoppedAt: promotedAt,
  },
};

/** Migrations as far as they can be, some of each: what is asked of one changes it. */
export const STANDING: readonly MigrationRecord[] = Object.entries(WHERE).flatMap(([name, change]) =>
  Array.from({ length: ASKED_MUCH.includes(name) ? 30 : 6 }, (_, index) =>
    aRecord({
      migrationId: `${name}-${String(index).padStart(12, '0')}`,
      replicationGroupId: name,
      cutoverSettings,
      acceptedAt,
      ...change,
    }),
  ),
);
