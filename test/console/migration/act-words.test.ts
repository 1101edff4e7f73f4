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
