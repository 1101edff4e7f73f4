import { describe, expect, it } from 'vitest';
import { railOf } from '../../../console/ui/migration/rail.ts';
import type { MigrationView } from '../../../functions/migration/view.ts';
import { at, aView, phases, START_MS } from './views.ts';

const rail = (change: Partial<MigrationView>, nowSeconds = 100) => railOf(aView(change), START_MS + nowSeconds * 1000);
const told = (change: Partial<MigrationView>, nowSeconds?: number) =>
  rail(change, nowSeconds).map(
    ({ key, state, tookMs }) => `${key} ${state}${tookMs === undefined ? '' : ` ${tookMs / 1000}`}`,
  );

describe('the rail', () => {
  it('has every step of a migration, with the time that each took so far', () => {
    expect(
      told({
        phase: 'copying',
        phases: phases('queued 0, claiming 1, preflight 2, testing 5, starting 8, connecting 9, copying 12'),
      }),
    ).toEqual([
      'accepted done 2',
      'preflight done 3',
      'testing done 3',
      'starting done 4',
      'copying current 88',
      'inSync ahead',
      'verifying ahead',
      'awaiting ahead',
      'cutover ahead',
      'promotion ahead',
      'closing ahead',
      'ended ahead',
    ]);
  });

  it('has only the steps that the request leads by', () => {
    const without = rail({ verification: { mode: 'none' }, cutover: { mode: 'automatic' } }).map(({ key }) => key);
    const dry = rail({ dryRun: true }).map(({ key }) => key);

    expect(without).not.toContain('verifying');
    expect(without).not.toContain('awaiting');
    expect(dry).toEqual(['accepted', 'preflight', 'testing', 'ended']);
  });

  it('adds visits up, and tells what a step was made of', () => {
    const steps = rail({
      phase: 'awaitingCutover',
      phases: phases(
        'queued 0, copying 1, loading 3, catchingUp 4, inSync 5, verifying 6, awaitingCutover 10, verifying 20, awaitingCutover 30',
      ),
    });

    expect(steps.find(({ key }) => key === 'copying')).toMatchObject({
      visits: 1,
      tookMs: 4000,
      parts: [
        { phase: 'copying', tookMs: 2000 },
        { phase: 'loading', tookMs: 1000 },
        { phase: 'catchingUp', tookMs: 1000 },
      ],
    });
    expect(steps.find(({ key }) => key === 'verifying')).toMatchObject({ visits: 2, tookMs: 14_000, parts: [] });
    expect(steps.find(({ key }) => key === 'awaiting')).toMatchObject({ visits: 2, tookMs: 80_000, state: 'current' });
  });

  it('has a cutover that was backed out before it again, with the time that it took', () => {
    const steps = rail({
      phase: 'awaitingCutover',
      phases: phases('queued 0, awaitingCutover 10, draining 20, awaitingCutover 23'),
    });

    expect(steps.find(({ key }) => key === 'cutover')).toMatchObject({ state: 'ahead', tookMs: 3000 });
    expect(steps.find(({ key }) => key === 'awaiting')).toMatchObject({ state: 'current', visits: 2 });
  });

  it('counts a lost link to the step in which it was lost, which is in trouble until it is back', () => {
    const lost = rail({ phase: 'linkLost', phases: phases('queued 0, copying 1, linkLost 40') });
    const back = rail({ phase: 'copying', phases: phases('queued 0, copying 1, linkLost 40, copying 60') });

    expect(lost.find(({ key }) => key === 'copying')).toMatchObject({
      state: 'broken',
      losses: 1,
      visits: 1,
      tookMs: 99_000,
    });
    expect(back.find(({ key }) => key === 'copying')).toMatchObject({ state: 'current', losses: 1, tookMs: 99_000 });
  });

  it('ends with what came of it, and tells what was not reached', () => {
    const failed = { outcome: 'failed' as const, phase: 'ended' as const, stoppedAt: at(9) };
    const steps = rail({ ...failed, phases: phases('queued 0, preflight 2, ended 9') });

    expect(steps.at(-1)).toMatchObject({ title: 'Failed', state: 'broken' });
    expect(steps.filter(({ state }) => state === 'missed').map(({ key }) => key)).toContain('copying');
    expect(steps.find(({ key }) => key === 'preflight')).toMatchObject({ state: 'done', tookMs: 7000 });
    const completed = rail({ ...failed, outcome: 'completed', phases: phases('queued 0, copying 1, ended 9') });
    expect(completed.map(({ key, state }) => [key, state])).toEqual([
      ['accepted', 'done'],
      ['copying', 'done'],
      ['ended', 'done'],
    ]);
  });

  it('does not call a step not reached that was gone past', () => {
    const quick = 'queued 0, preflight 2, testing 4, connecting 6, inSync 8, verifying 9';
    const live = rail({ phase: 'verifying', phases: phases(quick) });
    const failed = rail({ outcome: 'failed', phase: 'ended', stoppedAt: at(12), phases: phases(`${quick}, ended 12`) });

    expect(live.map(({ state }) => state)).not.toContain('missed');
    expect(live.map(({ key }) => key)).not.toContain('copying');
    expect(failed.filter(({ state }) => state === 'missed').map(({ key }) => key)).toEqual([
      'awaiting',
      'cutover',
      'promotion',
      'closing',
    ]);
  });

  it('does not break on a phase that it does not know', () => {
    const strange = { phase: 'later' as never, phases: phases('queued 0, copying 1, later 5') };

    expect(rail(strange).find(({ key }) => key === 'copying')).toMatchObject({ state: 'current', tookMs: 99_000 });
  });
});
