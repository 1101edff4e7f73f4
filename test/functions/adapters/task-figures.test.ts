import { describe, expect, it } from 'vitest';
import { sweepLog, tellSweep } from '../../../functions/adapters/sweep-log.ts';
import {
  tellCutover,
  tellDoubt,
  tellLift,
  tellVerification,
  tellWatch,
} from '../../../functions/adapters/task-figures.ts';
import type { LiftInput } from '../../../functions/cutover/lift-refused.ts';
import type { WatchPromotionInput } from '../../../functions/cutover/watch-promotion.ts';
import type { WatchResult } from '../../../functions/replication/watch-replication.ts';
import type { VerifyResult } from '../../../functions/verification/verify-data.ts';
import { hearLines } from '../support/figures.ts';

const heard = hearLines();

const watch = (outcome: WatchResult['outcome'], phase: WatchResult['phase']) =>
  tellWatch({ outcome, phase } as WatchResult);
const verified = (report: object | null) => tellVerification({ report } as VerifyResult);
const watching = (stage: WatchPromotionInput['stage'], inDoubt: boolean) => ({ stage, inDoubt }) as WatchPromotionInput;

describe('what is measured of a task', () => {
  it('is a link that was lost, and one that a whole watch did without', () => {
    watch('linkLost', 'linkLost');
    watch('turn', 'linkLost');
    watch('turn', 'connecting');
    watch('turn', 'copying');
    watch('inSync', 'inSync');

    expect(heard.figures()).toEqual([
      ['LinksLost', 1],
      ['LinksDown', 1],
      ['LinksDown', 1],
      ['LinksDown', 0],
      ['LinksDown', 0],
    ]);
  });

  it('is what a verification has found, and that one could not tell', () => {
    const differences = { missing: 2, extra: 0, type: 0, value: 1, ttl: 0 };
    verified({ verdict: 'different', counts: { differences } });
    verified({ verdict: 'same', counts: { differences: { ...differences, missing: 0, value: 0 } } });
    verified({ verdict: 'unknown' });
    verified(null);

    expect(heard.figures()).toEqual([
      ['VerificationDifferences', 3],
      ['VerificationDifferences', 0],
      ['VerificationsUnknown', 1],
    ]);
  });

  it('is why a cutover was backed out, by its code', () => {
    tellCutover({ outcome: 'backedOut', code: 'drain-timeout', reason: 'r', eventsSinceMs: 1 });
    tellCutover({ outcome: 'sent', sentAt: 't', eventsSinceMs: 1, positions: [] });
    tellLift({ outcome: 'lifted' }, { refused: { at: 't', sends: 1 } } as LiftInput);
    tellLift({ outcome: 'lifted' }, { refused: null } as LiftInput);
    tellLift({ outcome: 'sent', why: 'w' }, { refused: { at: 't', sends: 1 } } as LiftInput);

    expect(heard.figures()).toEqual([
      ['CutoversBackedOut[drain-timeout]', 1],
      ['CutoversBackedOut[target-refused]', 1],
    ]);
    expect(heard.figureLines()[0]?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([['service', 'code']]);
  });

  it('is a promotion in doubt, for as long as it is', () => {
    tellDoubt({ outcome: 'inDoubt', evidence: 'e', waitingFor: 'w' }, watching('promotion', false));
    tellDoubt({ outcome: 'turn', evidence: 'e' }, watching('promotion', true));
    tellDoubt({ outcome: 'turn', evidence: 'e' }, watching('promotion', false));
    tellDoubt({ outcome: 'turn', evidence: 'e' }, watching('closing', true));

    expect(heard.figures()).toEqual([
      ['MigrationsInDoubt', 1],
      ['MigrationsInDoubt', 1],
    ]);
  });

  it('is at every sweep how many fences are overdue and migrations stuck, also none', () => {
    tellSweep({ looked: 0, settling: [], lifting: [], acting: [], stuck: [] });
    tellSweep({ looked: 2, settling: [], lifting: ['a'], acting: [], stuck: ['b', 'c'] });

    expect(heard.figures()).toEqual([
      ['FencesOverdue', 0],
      ['MigrationsStuck', 0],
      ['FencesOverdue', 1],
      ['MigrationsStuck', 2],
    ]);
  });
});

describe('the log of a sweep', () => {
  it('has a line for each migration, with its id, and a warning for one that is stuck', () => {
    sweepLog.about('one-0123456789ab');
    sweepLog.did('lifting');
    sweepLog.about('two-0123456789ab');
    sweepLog.did('stuck');

    expect(heard.lines()).toEqual([
      expect.objectContaining({ level: 'INFO', migrationId: 'one-0123456789ab', outcome: 'lifting' }),
      expect.objectContaining({ level: 'WARN', migrationId: 'two-0123456789ab', outcome: 'stuck' }),
    ]);
  });
});
