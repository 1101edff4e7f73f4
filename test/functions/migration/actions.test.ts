import { describe, expect, it } from 'vitest';
import { type Action, allowedActions } from '../../../functions/migration/actions.ts';
import { DEFAULT_CUTOVER } from '../../../functions/migration/fence.ts';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { isOutcome, PHASES, STATUSES } from '../../../functions/migration/status.ts';
import { aRecord, CALLER } from '../support/records.ts';

const fence = { kind: 'acl', phase: 'sealed', nodes: 1, openedAt: 't' } as const;
const cutoverSettings = DEFAULT_CUTOVER;
const request = { at: 't', reason: 'why', by: { ...CALLER, at: 't' }, requestId: 'r' };
const promoted: Partial<MigrationRecord> = {
  status: 'promoted',
  phase: 'closing',
  promotedAt: 't',
  fence,
  cutoverSettings,
};
const completed: Partial<MigrationRecord> = { ...promoted, status: 'completed', outcome: 'completed', phase: 'ended' };
const NO = { possible: false, why: 'w', asOf: 't' };

describe('allowedActions', () => {
  it('allow an abort in every status and phase before CompleteMigration is sent, and in none after', () => {
    for (const status of STATUSES) {
      for (const phase of PHASES) {
        const record = aRecord({ status, phase, ...(isOutcome(status) && { outcome: status }) });
        const sent = ['promoting', 'promotionInDoubt', 'closing'].includes(phase);

        expect([status, phase, allowedActions(record).includes('abort')]).toEqual([
          status,
          phase,
          !sent && !isOutcome(status),
        ]);
      }
    }
  });

  it.each<[string, Partial<MigrationRecord>, Action[]]>([
    ['while the cutover is awaited', { status: 'awaitingCutover' }, ['cutover', 'abort']],
    ['once it is requested', { status: 'awaitingCutover', cutover: { requestedAt: 't' } }, ['abort']],
    ['once an abort is requested', { status: 'awaitingCutover', abort: request }, []],
    ['while the promotion is awaited', { status: 'cuttingOver', phase: 'promoting', fence, cutoverSettings }, []],
    [
      'while it is in doubt',
      { status: 'cuttingOver', phase: 'promotionInDoubt', fence, cutoverSettings },
      ['confirm', 'unfence'],
    ],
    [
      'once an operator has confirmed it',
      { phase: 'promotionInDoubt', fence, cutoverSettings, pendingAct: { act: 'confirm', at: 't' } },
      ['unfence'],
    ],
    [
      'in doubt of a promotion that is recorded',
      { ...promoted, phase: 'promotionInDoubt' },
      ['unfence', 'rollback', 'close'],
    ],
    ['after the promotion', promoted, ['unfence', 'rollback', 'close']],
    ['after a promotion of before there was a fence', { ...promoted, cutoverSettings: undefined as never }, ['close']],
    ['after an end in doubt', { ...completed, promotedAt: undefined as never, completeSentAt: 't' }, ['unfence']],
    [
      'when the target was written to',
      { ...promoted, rollbackPossibility: { ...NO, forGood: true } },
      ['unfence', 'close'],
    ],
    ['when that is not known', { ...promoted, rollbackPossibility: NO }, ['unfence', 'rollback', 'close']],
    ['once it is to close', { ...promoted, close: request }, ['unfence', 'rollback']],
    ['once the fence is to go', { ...promoted, pendingAct: { act: 'unfence', at: 't' } }, ['close']],
    ['once it is to go back', { ...promoted, pendingAct: { act: 'rollback', at: 't' } }, ['close']],
    ['once going back was refused', { ...promoted, rollback: request }, ['unfence', 'rollback', 'close']],
    ['when the fence is lifted', { ...promoted, fence: { ...fence, phase: 'lifted' } }, ['close']],
    ['of a completed migration', completed, ['unfence', 'rollback']],
    [
      'of one whose fence could not be lifted everywhere',
      { status: 'failed', outcome: 'failed', phase: 'ended', fence: { ...fence, phase: 'open' }, cutoverSettings },
      ['unfence'],
    ],
    ['of one that was unfenced', { ...completed, unfencedAt: 't' }, []],
    [
      'in doubt of a cutover after one that was unfenced',
      { ...promoted, promotedAt: undefined as never, phase: 'promotionInDoubt', unfencedAt: 's' },
      ['confirm', 'unfence'],
    ],
    ['of one that was rolled back', { ...completed, rolledBackAt: 't' }, []],
    ['of one that was aborted', { status: 'aborted', outcome: 'aborted', phase: 'ended', abort: request }, []],
  ])('%s', (_, change, actions) => {
    expect(allowedActions(aRecord(change))).toEqual(actions);
  });
});
