import { describe, expect, it } from 'vitest';
import { actWords } from '../../../console/ui/acts/words.ts';
import { BLANK } from '../../../console/ui/form/values.ts';
import { stepsOf } from '../../../console/ui/form/words.ts';
import { railOf } from '../../../console/ui/migration/rail.ts';
import { lackingMode } from '../../../console/ui/parts/guarantees.ts';
import { API_ONLY, FULL } from '../../../functions/migration/guarantees.ts';
import { aView } from './views.ts';

const lacking = aView({
  guarantees: API_ONLY,
  verification: { mode: 'none' },
  cutover: { mode: 'manual', fence: 'none' },
});
const textOf = (act: string, view = lacking) => JSON.stringify(actWords(act, view));

describe('an act on a migration that no server is asked of', () => {
  it.each(['cutover', 'confirm'])('says everything that it lacks before it is asked for: %s', (act) => {
    expect(actWords(act, lacking).lacks).toEqual(API_ONLY.lacks);
    expect(actWords(act, aView()).lacks).toBeUndefined();
  });

  it.each([
    ['cutover', /are frozen/],
    ['cutover', /A rollback returns/],
    ['abort', /A fence that stands on it is lifted/],
    ['confirm', /with a certificate/],
    ['unfence', /The fence is not set again/],
  ])('promises nothing that only servers could give: %s', (act, promise) => {
    expect(textOf(act)).not.toMatch(promise);
    // The control: of another migration it is promised.
    expect(textOf(act, aView())).toMatch(promise);
  });

  it('says whose word a cutover rests on', () => {
    expect(textOf('cutover')).toContain('is your word alone');
    expect(textOf('cutover')).toContain('no way back by this service');
  });
});

describe('what a migration is watched by', () => {
  it('is told as far as the service tells it', () => {
    expect(lackingMode({ guarantees: API_ONLY })).toBe('API-only');
    expect(lackingMode({ guarantees: FULL })).toBeUndefined();
    expect(lackingMode({})).toBeUndefined();
    expect(lackingMode({ guarantees: { mode: 'by-moon' as never, lacks: [] } })).toBe('by-moon');
  });
});

describe('the steps of a migration that no server is asked of', () => {
  const titles = (view = lacking) => railOf(view, Date.parse(view.acceptedAt)).map(({ title }) => title);

  it('have no drain, no fence and no look for stragglers', () => {
    expect(titles()).toContain('CompleteMigration');
    expect(titles().join()).not.toMatch(/fence|Old primary|Verification/);
    expect(titles(aView()).join()).toMatch(/Verification.*Drain and fence.*Old primary/);
  });
});

describe('the preview of a form that a stack without a VPC would take', () => {
  const told = (change: object) =>
    stepsOf({ ...BLANK, dryRun: false, ...change })
      .map(({ text }) => text)
      .join('\n');
  const pair = { fence: 'none', verificationMode: 'none' };

  it('promises a freeze and a look for stragglers to a stack with a VPC alone', () => {
    expect(told(pair)).toMatch(/In a stack with a VPC, freezes.*In API-only mode nobody is kept from writing/);
    expect(told(pair)).toMatch(/In a stack with a VPC, names clients.*In API-only mode it closes with the promotion/);
    expect(told(pair)).not.toMatch(/^(Freezes|Names)/m);
  });

  it.each([{}, { ...pair, fence: 'auto' }, { ...pair, cutoverMode: 'automatic' }, { ...pair, drainBudgetMs: '500' }])(
    'promises them plainly where no other stack would take it: %j',
    (change) => {
      expect(told(change)).toMatch(/^Freezes writes.*^Names clients/ms);
      expect(told(change)).not.toContain('API-only');
    },
  );
});
