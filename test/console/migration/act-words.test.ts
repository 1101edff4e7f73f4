import { describe, expect, it } from 'vitest';
import { actBody } from '../../../console/ui/acts/body.ts';
import { goneHint } from '../../../console/ui/acts/give-up.ts';
import { offeredActs } from '../../../console/ui/acts/offered.ts';
import { actWords } from '../../../console/ui/acts/words.ts';
import { API_ONLY } from '../../../functions/migration/guarantees.ts';
import { at, aView } from './views.ts';

const fenced = { kind: 'acl', phase: 'lifting', nodes: 2, openedAt: at(0) } as const;
const textOf = (act: string, change: Parameters<typeof aView>[0]) => JSON.stringify(actWords(act, aView(change)));

describe('lifting the fence of a migration that ended before CompleteMigration was sent', () => {
  const stuck = { outcome: 'aborted', status: 'aborted', cutover: { mode: 'manual', fenced } } as const;

  it('is no doubt of a promotion, and makes no second writer', () => {
    expect(textOf('unfence', stuck)).not.toMatch(/in doubt|ends as failed|both take writes/);
    expect(textOf('unfence', stuck)).toContain('CompleteMigration was never sent');
    expect(textOf('unfence', { ...stuck, completeSentAt: at(1) })).toMatch(/in doubt.*both take writes/);
  });

  it('gives replicas up that cannot be reached, and the primary only by its name', () => {
    expect(goneHint(aView(stuck))).toContain('A replica that cannot be reached is given up without being named');
    expect(goneHint(aView({ ...stuck, completeSentAt: at(1) }))).toContain('Without a name, the act waits');
  });
});

describe('where no fence was ever set', () => {
  const none = { cutover: { mode: 'manual', fence: 'none', promotedAt: at(1) } } as const;
  const apiOnly = { ...none, guarantees: API_ONLY };

  it.each(['close', 'confirm', 'unfence'])('nothing is said of one that stays or is lifted: %s', (act) => {
    for (const change of [none, apiOnly])
      expect(textOf(act, change)).not.toMatch(/fence (on the source )?stays|Lift the fence|given back what they were/i);
    expect(textOf(act, { cutover: { mode: 'manual', fence: 'acl', promotedAt: at(1) } })).toMatch(
      /fence (on the source )?(stays|is looked at)|Lift the fence/i,
    );
  });

  it('an unfence that is pending is not offered again: there is no node to name', () => {
    const pending = { waitingFor: `the unfence that was requested at ${at(1)}`, allowedActions: [] };

    expect(offeredActs(aView({ ...apiOnly, ...pending }))).toEqual([]);
    expect(offeredActs(aView(pending))).toEqual(['unfence']);
  });
});

describe('what a cutover compares before', () => {
  const WAIVED = ['verification-differences'] as never;
  const first = (change: Parameters<typeof aView>[0]) => actWords('cutover', aView(change)).will[0];
  const report = (verdict: string, verifiedAt = at(0)) => ({ verdict, why: '', verifiedAt }) as never;

  it('is told as the state machine does it, with a waiver and without', () => {
    const compared = (verdict: string, more = {}) =>
      first({ verification: { mode: 'full', report: report(verdict) }, ...more });

    expect(first({})).toMatch(/compared first\. Only with the verdict “same”/);
    expect(first({ waivers: WAIVED })).toMatch(/compared first\. Whatever is found is waived/);
    expect(compared('different')).toMatch(/compared again first.* With the waiver it goes on at once/);
    expect(compared('different', { waivers: WAIVED })).toMatch(/“different”: it goes on at once, since/);
    // Too old: there is nothing to waive.
    expect(compared('same')).toMatch(/compared again first, and only with the verdict “same” it goes on\.$/);
  });

  it('is called a sample where it was one', () => {
    const sample = { mode: 'sample', freshForMinutes: 10 } as const;
    const fresh = new Date().toISOString();

    expect(first({ verification: sample })).toContain('A sample of the keys');
    expect(first({ verification: { ...sample, report: report('same', fresh) } })).toMatch(
      /of a sample of the keys,.*at once/,
    );
  });
});

describe('an address of IPv6', () => {
  it('has its brackets, so that it is not read as another port', () => {
    expect(textOf('abort', { source: { address: 'fd00::5', port: 6379 } })).toContain('[fd00::5]:6379 takes writes');
  });
});

describe('a waiver', () => {
  const of = (verdict: 'same' | 'different') =>
    aView({ verification: { mode: 'full', report: { verdict, why: '', verifiedAt: at(0) } as never } });
  const ticked = { group: 'test', reason: 'r', waive: true, gone: { known: [], others: '' } };

  it('that was ticked for differences is not sent once there are none, and nobody sees it', () => {
    expect(actBody('cutover', ticked, of('different'))).toEqual({
      reason: 'r',
      waivers: ['verification-differences'],
    });
    expect(actBody('cutover', ticked, of('same'))).toEqual({ reason: 'r' });
  });
});
