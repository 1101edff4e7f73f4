import { describe, expect, it } from 'vitest';
import { valuesOf } from '../../../console/ui/form/values.ts';
import { againOf } from '../../../console/ui/migration/again.ts';
import { cutoverSteps, fenceText, isOutcomeUnknown, newPrimaries } from '../../../console/ui/migration/cutover.ts';
import { askedBy, compared, copied, endpoint, left, waits } from '../../../console/ui/migration/sentences.ts';
import { statusWords } from '../../../console/ui/parts/status-words.ts';
import { plain, shortly } from '../../../console/ui/parts/text.ts';
import type { FenceSummary } from '../../../functions/migration/cutover-record.ts';
import { at, aView } from './views.ts';

describe('the sentences', () => {
  it('say what it waits for, with one full stop', () => {
    expect(waits(aView({ waitingFor: 'the next step' }))).toBe('Waits for the next step.');
    expect(waits(aView({ waitingFor: 'evidence. Look there.' }))).toBe('Waits for evidence. Look there.');
    const { waitingFor, ...none } = aView();
    expect(waits(none)).toBeUndefined();
  });

  it('say how far the copy is, as far as it is known', () => {
    const of = (progress: object, phase = 'copying') =>
      copied(aView({ progress: { asOf: at(0), ...progress }, phase: phase as never }));

    expect(of({})).toBeUndefined();
    expect(of({ bytesCopied: 2048 })).toBe('2 KiB copied; the source does not say of how much');
    expect(of({ bytesCopied: 1024, bytesTotal: 2048 })).toBe('1 KiB of 2 KiB copied');
    expect(of({ bytesCopied: 2048, bytesTotal: 2048 }, 'loading')).toBe('2 KiB received, being loaded');
    expect(of({ bytesCopied: 2048, bytesTotal: 2048 }, 'inSync')).toBe('2 KiB copied');
  });

  it('say how far the comparison is, how long it takes, who asked', () => {
    const progress = {
      percent: 50,
      keysDone: 1234,
      keysTotal: 2468,
      keysPerSecond: 5000,
      counts: {} as never,
      startedAt: at(0),
      asOf: at(1),
    };

    expect(compared(aView({ verification: { mode: 'full', progress } }))).toBe('1,234 of 2,468 keys · 5,000 a second');
    expect([left(undefined), left(0), left(200)]).toEqual([undefined, 'about 1 s left', 'about 3 min 20 s left']);
    expect(askedBy({ by: 'http', principal: 'arn:anna', sourceIp: '10.0.0.1' })).toBe('arn:anna (10.0.0.1)');
    expect([askedBy({ by: 'bus' }), askedBy({ by: 'http' })]).toEqual(['an event', 'somebody by the API']);
    expect(endpoint({ address: 'fd00::1', port: 6379 })).toBe('[fd00::1]:6379');
  });
});

describe('the badge', () => {
  it('does not praise a dry run that found that a real one would fail', () => {
    expect(statusWords('dryRunCompleted', 'ended', 'wouldFail')).toEqual({ tone: 'bad', text: 'Would fail' });
    expect(statusWords('dryRunCompleted', 'ended', 'wouldStart').tone).toBe('ok');
    expect(statusWords('syncing', 'linkLost').tone).toBe('bad');
  });
});

describe('where clients belong', () => {
  const node = (role: 'primary' | 'replica', port: number) => ({ role, endpoint: { address: '10.1.0.1', port } });
  const shards = [{ nodes: [node('primary', 6379), node('replica', 6380)] }] as never;
  const told = (cutover: object) => newPrimaries({ shards, cutover: { mode: 'manual', ...cutover } });

  it('is told from the promotion on, unless it was taken back or both sides take writes', () => {
    expect(told({})).toEqual([]);
    expect(told({ promotedAt: at(1) })).toEqual(['10.1.0.1:6379']);
    expect(told({ promotedAt: at(1), rolledBackAt: at(2) })).toEqual([]);
    expect(told({ promotedAt: at(1), unfencedAt: at(2) })).toEqual([]);
  });
});

describe('a CompleteMigration that was sent', () => {
  it('is called unknown only until an operator has given his word: the source that he opened may be written to', () => {
    expect(isOutcomeUnknown({ mode: 'manual' })).toBe(true);
    expect(isOutcomeUnknown({ mode: 'manual', unfencedAt: at(1) })).toBe(false);
    expect(isOutcomeUnknown({ mode: 'manual', promotedAt: at(1) })).toBe(false);
  });
});

describe('what can be asked for again', () => {
  const finding = (id: string, waived?: true) => ({ id, severity: 'blocking', ...(waived && { waived }) });
  const failed = (...findings: object[]) =>
    againOf(aView({ outcome: 'failed', preflight: { verdict: 'failed', findings } as never }));

  it('is the same, after a dry run for real, and in spite of what can be waived', () => {
    const id = aView().migrationId;

    expect(againOf(aView())).toEqual([]);
    expect(againOf(aView({ outcome: 'completed' }))).toEqual([]);
    expect(
      againOf(
        aView({
          outcome: 'dryRunCompleted',
          dryRun: true,
          dryRunResult: { verdict: 'wouldStart', why: '', actions: [] },
        }),
      ),
    ).toEqual([{ href: `/console/new?from=${id}`, text: 'Start it for real' }]);
    expect(failed(finding('source-bind'), finding('target-memory'), finding('rdb-format', true)).at(-1)).toEqual({
      href: `/console/new?from=${id}&waive=source-bind,target-memory`,
      text: 'Ask again, waiving source-bind, target-memory',
    });
  });

  it('keeps a dry run a dry run, until it has come through', () => {
    const dry = (verdict?: 'wouldStart' | 'wouldFail') =>
      valuesOf(aView({ dryRun: true, ...(verdict && { dryRunResult: { verdict, why: '', actions: [] } }) })).dryRun;

    expect([dry(), dry('wouldFail'), dry('wouldStart'), valuesOf(aView()).dryRun]).toEqual([true, true, false, false]);
  });

  it('waives nothing where something cannot be waived, or is not known here', () => {
    expect(failed(finding('source-bind'), finding('source-tls'))).toHaveLength(1);
    expect(failed(finding('later'))).toHaveLength(1);
  });
});

describe('the steps of a cutover', () => {
  const fenced: FenceSummary = {
    kind: 'acl',
    phase: 'sealed',
    nodes: 2,
    openedAt: at(0),
    frozenAt: at(1),
    drainedAt: at(1.25),
    drainMs: 250,
    fencedAt: at(1.5),
    sealedAt: at(2),
  };

  it('are told in their order, with the time since the writes were frozen', () => {
    const steps = cutoverSteps({ mode: 'manual', fenced, promotedAt: at(5) }, undefined);

    expect(steps.map(({ title, sinceFreezeMs }) => [title.split(' ')[0], sinceFreezeMs])).toEqual([
      ['Connected', undefined],
      ['Writes', undefined],
      ['Drained', 250],
      ['Fence', 500],
      ['Fence', 1000],
      ['Promotion', 4000],
    ]);
    expect(steps[2]?.more).toBe('250 ms until every node of the target had it all');
    expect(cutoverSteps({ mode: 'manual' }, undefined)).toEqual([]);
  });

  it('call a promotion proven only where no operator had to give his word, and no fence standing that was not seen', () => {
    const confirmation = { at: at(5), by: { by: 'http' }, reason: 'r', unproven: ['u'], keys: [] } as const;
    const confirmed = (more: object) => ({ ...confirmation, ...more }) as never;
    const last = (more: object) =>
      cutoverSteps({ mode: 'manual', fenced, promotedAt: at(5), ...more }, undefined).at(-1);

    expect(last({})?.title).toBe('Promotion proven');
    expect(last({ confirmation })?.title).toBe('Promotion confirmed by an operator');
    expect(fenceText(fenced, confirmed({}))).toBe(fenceText(fenced));
    expect(fenceText(fenced, confirmed({ unfenced: ['10.0.0.5:6379 …'] }))).toMatch(/stood when.*not seen to stand/);
    expect(fenceText({ ...fenced, phase: 'lifted' }, confirmed({ unfenced: ['…'] }))).toContain('was lifted');
  });

  it('tell a fence that was lifted, and why', () => {
    const lifted: FenceSummary = {
      ...fenced,
      phase: 'lifted',
      liftedAt: at(3),
      liftedBecause: 'the cutover was backed out',
    };

    expect(cutoverSteps({ mode: 'manual', fenced: lifted }, undefined).at(-1)).toMatchObject({
      title: 'Fence lifted',
      more: 'the cutover was backed out',
    });
    expect(fenceText(lifted)).toBe('The fence (acl, 2 nodes of the source) was lifted.');
    expect(fenceText({ ...fenced, nodes: 1 })).toContain('1 node of the source) stands');
    expect(fenceText({ ...fenced, kind: 'none' })).toContain("operator's word");
  });
});

describe('a name that somebody else chose', () => {
  it('shows what cannot be seen in it, so that it looks like no other', () => {
    expect(plain('svc\u200b\u00ad\u2028\u202e\u{e0041}!')).toBe('svc\\u200b\\u00ad\\u2028\\u202e\\u{e0041}!');
    expect(plain('zwölf Schüler\n\tdann')).toBe('zwölf Schüler\n\tdann');
  });

  it('takes no more than a line of the page', () => {
    expect(shortly('a'.repeat(3000))).toBe(`${'a'.repeat(79)}…`);
    expect(shortly('anna')).toBe('anna');
  });
});
