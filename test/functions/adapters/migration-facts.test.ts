import { describe, expect, it } from 'vitest';
import { aboutOnly } from '../../../functions/adapters/logger.ts';
import { toldFacts } from '../../../functions/adapters/migration-facts.ts';
import type { FenceSummary } from '../../../functions/migration/cutover-record.ts';
import { OUTCOMES, type Phase } from '../../../functions/migration/status.ts';
import { hearLines } from '../support/figures.ts';
import { aRecord, MIGRATION_ID } from '../support/records.ts';

const heard = hearLines();

const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms).toISOString();
const FENCE: FenceSummary = {
  kind: 'acl',
  phase: 'sealed',
  nodes: 1,
  openedAt: at(0),
  frozenAt: at(100),
  drainedAt: at(180),
  drainMs: 80,
  sealedAt: at(250),
};
const phases = (...names: Phase[]) => names.map((phase) => ({ phase, at: at(0) }));

describe('what is told of a migration', () => {
  it('is that it was accepted, by its id, which is no dimension', () => {
    aboutOnly({});
    toldFacts.created(aRecord());

    expect(heard.figureLines()).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'ElastiCacheMigrator',
              Dimensions: [['service']],
              Metrics: [{ Name: 'MigrationsAccepted', Unit: 'Count' }],
            },
          ],
        },
        service: expect.any(String),
        migrationId: MIGRATION_ID,
        correlationId: 'corr-1',
        phase: 'queued',
        MigrationsAccepted: 1,
      },
    ]);
  });

  it('is that it is in sync, the first time alone', () => {
    toldFacts.entered(aRecord({ phases: phases('copying', 'inSync') }), 'inSync');
    toldFacts.entered(aRecord({ phases: phases('copying', 'inSync', 'linkLost', 'inSync') }), 'inSync');

    expect(heard.figures()).toEqual([['MigrationsInSync', 1]]);
  });

  it('is each phase, with its reason, in a line of the log', () => {
    aboutOnly({ migrationId: MIGRATION_ID });
    const record = aRecord({ status: 'syncing', phase: 'copying', statusReason: 'The full sync is under way.' });
    toldFacts.seen(record);
    toldFacts.entered(record, 'copying');

    expect(heard.lines()).toEqual([
      expect.objectContaining({
        message: 'phase entered',
        migrationId: MIGRATION_ID,
        correlationId: 'corr-1',
        phase: 'copying',
        status: 'syncing',
        statusReason: 'The full sync is under way.',
      }),
    ]);
  });

  it('is how long the freeze and the outage were, where that is known', () => {
    toldFacts.entered(aRecord({ fence: FENCE }), 'promoting');
    toldFacts.promoted(aRecord({ fence: FENCE, promotedAt: at(4100) }), false);
    toldFacts.promoted(aRecord({ promotedAt: at(4100) }), false);

    expect(heard.figures()).toEqual([
      ['FreezeMs', 150],
      ['DrainMs', 80],
      ['MigrationsPromoted', 1],
      ['OutageMs', 4000],
      ['MigrationsPromoted', 1],
    ]);
  });

  it('is no outage where an operator has confirmed the promotion: nobody knows when it came about', () => {
    toldFacts.promoted(aRecord({ fence: FENCE, promotedAt: at(9_000_000) }), true);

    expect(heard.figures()).toEqual([['MigrationsPromoted', 1]]);
  });

  it('is each doubt', () => {
    toldFacts.entered(aRecord(), 'promotionInDoubt');

    expect(heard.figures()).toEqual([['PromotionsInDoubt', 1]]);
  });

  it('is how it ended', () => {
    for (const outcome of OUTCOMES) toldFacts.ended(aRecord(), outcome);

    expect(heard.figures().map(([name]) => name)).toEqual([
      'MigrationsCompleted',
      'DryRunsCompleted',
      'MigrationsFailed',
      'MigrationsAborted',
      'MigrationsTimedOut',
    ]);
  });

  it('keeps the correlation id of the request that is answered', () => {
    aboutOnly({ migrationId: MIGRATION_ID, correlationId: 'of-the-request' });
    toldFacts.seen(aRecord());
    toldFacts.entered(aRecord(), 'claiming');

    expect(heard.lines()[0]).toMatchObject({ correlationId: 'of-the-request' });
  });

  it('names the migration that a repeated request finds, whatever comes of it', () => {
    aboutOnly({});
    toldFacts.seen(aRecord());
    toldFacts.entered(aRecord(), 'claiming');

    expect(heard.lines()[0]).toMatchObject({ migrationId: MIGRATION_ID });
  });

  it('says nothing of another migration whose record was read on the way', () => {
    aboutOnly({ migrationId: MIGRATION_ID });
    toldFacts.seen(aRecord({ migrationId: 'other-0123456789ab', correlationId: 'other', phase: 'promoting' }));
    toldFacts.entered(aRecord(), 'claiming');

    expect(heard.lines()[0]).not.toHaveProperty('correlationId');
  });
});
