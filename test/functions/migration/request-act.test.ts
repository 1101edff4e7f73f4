import { beforeEach, describe, expect, it } from 'vitest';
import type { AskedAct } from '../../../functions/migration/acts.ts';
import { TransientServiceError } from '../../../functions/migration/errors.ts';
import { DEFAULT_CUTOVER } from '../../../functions/migration/fence.ts';
import type { Endpoint, MigrationRecord } from '../../../functions/migration/record.ts';
import { makeRequestAct } from '../../../functions/migration/request-act.ts';
import { makeRequestClose } from '../../../functions/migration/request-close.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aRecord, CALLER, MIGRATION_ID } from '../support/records.ts';
import { FakeWorkflow } from '../support/workflow.ts';

const fence = { kind: 'acl', phase: 'sealed', nodes: 1, openedAt: 't' } as const;
const PROMOTED: Partial<MigrationRecord> = {
  status: 'promoted',
  phase: 'closing',
  promotedAt: 't',
  fence,
  cutoverSettings: DEFAULT_CUTOVER,
};

let clock: FakeClock;
let migrations: FakeMigrations;
let workflow: FakeWorkflow;
const begin = (change: Partial<MigrationRecord> = {}) => {
  clock = new FakeClock();
  migrations = new FakeMigrations(clock, aRecord({ ...PROMOTED, ...change }));
  workflow = new FakeWorkflow();
};
beforeEach(() => begin());

const now = () => new Date(clock.now());
const ask = (act: AskedAct, giveUp?: Endpoint[]) =>
  makeRequestAct(
    act,
    migrations,
    workflow,
    now,
  )(MIGRATION_ID, { reason: 'we go back', ...(giveUp && { giveUp }) }, CALLER);
const close = (reason?: string) => makeRequestClose(migrations, now)(MIGRATION_ID, reason, CALLER);

describe.each(['unfence', 'rollback'] as const)('the request for an %s', (act) => {
  it('is pending, and starts the settlement machine for it, by a name that a repeat has, too', async () => {
    const view = await ask(act);

    const by = { ...CALLER, at: clock.iso(), reason: 'we go back' };
    expect(view).toMatchObject({ allowedActions: ['close'], requests: { [act]: { reason: 'we go back', by } } });
    expect(migrations.record.pendingAct).toEqual({ act, at: clock.iso() });
    const name = `${MIGRATION_ID}-${act}-${clock.now()}`;
    expect(workflow.settled).toEqual([{ name, migrationId: MIGRATION_ID, act }]);
    expect(name.length).toBeLessThan(80);
  });

  it('that died before it could is started by its repeat, which is told that it stands', async () => {
    workflow.faults.settle = [new TransientServiceError('Start execution', 'throttled')];
    await expect(ask(act)).rejects.toMatchObject({ name: 'TransientServiceError' });
    const first = clock.now();
    clock.advance(1000);

    await expect(ask(act)).rejects.toThrow(`the ${act} that was requested at ${new Date(first).toISOString()}`);
    expect(workflow.settled).toMatchObject([{ name: `${MIGRATION_ID}-${act}-${first}` }]);
  });

  it('is known again when the answer of the table was lost', async () => {
    const write = migrations.requestAct.bind(migrations);
    migrations.requestAct = async (...args) => {
      await write(...args);
      return undefined;
    };

    await expect(ask(act)).resolves.toMatchObject({ requests: { [act]: { at: clock.iso() } } });
  });

  it('goes to one of two that come at once', async () => {
    const answers = await Promise.allSettled([ask(act), ask(act)]);

    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(workflow.settled).toHaveLength(1);
  });

  it('is taken of a completed migration, too', async () => {
    begin({ status: 'completed', outcome: 'completed', phase: 'ended' });

    await expect(ask(act)).resolves.toMatchObject({ status: 'completed' });
  });

  it('can be made again after it was refused', async () => {
    await ask(act);
    await migrations.concludeAct(MIGRATION_ID, act);
    clock.advance(1000);
    await ask(act);

    expect(workflow.settled).toHaveLength(2);
  });

  it.each<[string, Partial<MigrationRecord>, RegExp]>([
    [
      'before the promotion',
      { status: 'syncing', statusReason: 'It copies.', promotedAt: undefined as never },
      /its status is syncing: It copies\./,
    ],
    ['once it is lifted', { fence: { ...fence, phase: 'lifted' } }, /the fence on the source is lifted/],
    ['where none was ever built', { cutoverSettings: undefined as never }, /is not allowed now/],
    ['once it was unfenced', { unfencedAt: 't1' }, /lifted for good at t1/],
    ['once it was rolled back', { rolledBackAt: 't2' }, /rolled back at t2/],
  ])('is refused %s', async (_, change, why) => {
    begin(change);

    await expect(ask(act)).rejects.toMatchObject({
      name: 'ActionNotAllowedError',
      message: expect.stringMatching(why),
    });
    expect(workflow.settled).toEqual([]);
  });

  it('of an unknown migration is a 404', async () => {
    migrations.records.clear();

    await expect(ask(act)).rejects.toMatchObject({ name: 'MigrationNotFoundError' });
  });
});

describe('what an operator asks for after the promotion', () => {
  it('is one thing at a time', async () => {
    await ask('rollback');

    await expect(ask('unfence')).rejects.toThrow('the rollback that was requested at');
    expect(workflow.settled).toMatchObject([{ act: 'rollback' }]);
  });

  it('is no way back once the target was written to', async () => {
    begin({ rollbackPossibility: { possible: false, forGood: true, why: 'SET was called 12 times.', asOf: 't' } });

    await expect(ask('rollback')).rejects.toMatchObject({
      message: expect.stringContaining('SET was called 12 times.'),
      allowedActions: ['unfence', 'close'],
    });
  });

  it('is looked at once more where the last look could not tell', async () => {
    begin({ rollbackPossibility: { possible: false, why: 'Not everything could be read.', asOf: 't' } });

    await expect(ask('rollback')).resolves.toMatchObject({ requests: { rollback: { reason: 'we go back' } } });
  });

  it('is taken although the record does not show the fence: whoever set it may have died before it could', async () => {
    begin();
    const { fence: unseen, promotedAt, ...inDoubt } = PROMOTED;
    migrations.records.set(MIGRATION_ID, aRecord({ ...inDoubt, status: 'cuttingOver', phase: 'promotionInDoubt' }));

    await expect(ask('unfence')).resolves.toMatchObject({ requests: { unfence: { reason: 'we go back' } } });
  });

  it('can be the end of the fence while the promotion is in doubt, and no way back', async () => {
    const { promotedAt, ...inDoubt } = PROMOTED;
    begin();
    migrations.records.set(MIGRATION_ID, aRecord({ ...inDoubt, status: 'cuttingOver', phase: 'promotionInDoubt' }));

    await expect(ask('rollback')).rejects.toMatchObject({ allowedActions: ['confirm', 'unfence'] });
    await expect(ask('unfence')).resolves.toMatchObject({ requests: { unfence: { reason: 'we go back' } } });
  });
});

describe('an unfence', () => {
  const GONE = [{ address: '10.0.0.5', port: 6379 }];

  it('takes the place of a confirmation that hangs', async () => {
    begin({ status: 'cuttingOver', phase: 'promotionInDoubt', promotedAt: undefined as never });
    await ask('confirm');
    clock.advance(1000);

    expect(await ask('unfence')).toMatchObject({ waitingFor: `the unfence that was requested at ${clock.iso()}` });
    expect(migrations.record.pendingAct).toEqual({ act: 'unfence', at: clock.iso() });
    await expect(ask('confirm')).rejects.toThrow(/the unfence that was requested at/);
  });

  it('that waits for a node that is gone is asked again with the nodes to give up', async () => {
    await ask('unfence');
    clock.advance(1000);
    await expect(ask('unfence')).rejects.toThrow(/if a node of the source is gone for good, name it in giveUp/);

    expect(await ask('unfence', GONE)).toMatchObject({ requests: { unfence: { giveUp: GONE } } });
    expect(workflow.settled.at(-1)).toMatchObject({ name: `${MIGRATION_ID}-unfence-${clock.now()}`, act: 'unfence' });
  });

  it('takes the place of a rollback only where it names nodes that are gone', async () => {
    await ask('rollback');
    clock.advance(1000);
    await expect(ask('unfence')).rejects.toThrow(
      /the rollback that was requested at .*; if a node .* name it in giveUp/,
    );

    expect(await ask('unfence', GONE)).toMatchObject({ requests: { unfence: { giveUp: GONE } } });
    expect(migrations.record.pendingAct).toEqual({ act: 'unfence', at: clock.iso() });
  });
});

describe('the request to close', () => {
  it('is kept for the watch, with or without a reason', async () => {
    expect(await close('the rest may wait')).toMatchObject({ requests: { close: { reason: 'the rest may wait' } } });
    begin();
    expect((await close()).requests?.close).toEqual({ at: clock.iso(), by: { ...CALLER, at: clock.iso() } });
  });

  it('is refused a second time, before the promotion and after the end', async () => {
    await close();
    await expect(close()).rejects.toThrow('it was requested at 2026-01-01T00:00:00.000Z');
    begin({ promotedAt: undefined as never, status: 'syncing', phase: 'copying' });
    await expect(close()).rejects.toMatchObject({ allowedActions: ['abort'] });
    begin({ outcome: 'completed', status: 'completed', statusReason: 'Done.' });
    await expect(close()).rejects.toThrow('its status is completed: Done.');
  });
});

describe('the request to confirm a promotion', () => {
  const doubt = { status: 'cuttingOver', phase: 'promotionInDoubt', promotedAt: undefined as never } as const;

  it('is taken while it is in doubt, and leaves only the other answer to be asked until it is carried out', async () => {
    begin(doubt);
    const view = await ask('confirm');

    expect(view).toMatchObject({ allowedActions: ['unfence'], requests: { confirm: { reason: 'we go back' } } });
    expect(view.waitingFor).toBe(`the confirm that was requested at ${clock.iso()}`);
    expect(workflow.settled).toMatchObject([{ migrationId: MIGRATION_ID, act: 'confirm' }]);
    await expect(ask('rollback')).rejects.toThrow(/the confirm that was requested at/);
  });

  it.each<[string, Partial<MigrationRecord>, RegExp]>([
    ['of a promotion that is proven', {}, /was promoted at t\./],
    [
      'before it is in doubt',
      { ...doubt, phase: 'promoting', statusReason: 'It was sent.' },
      /cuttingOver: It was sent/,
    ],
    [
      'after the end',
      { ...doubt, status: 'failed', outcome: 'failed', statusReason: 'It failed.' },
      /failed: It failed/,
    ],
    ['once the source was unfenced', { ...doubt, unfencedAt: 't1' }, /lifted for good at t1/],
  ])('is refused %s', async (_, change, why) => {
    begin(change);

    await expect(ask('confirm')).rejects.toMatchObject({
      name: 'ActionNotAllowedError',
      message: expect.stringMatching(why),
    });
    expect(workflow.settled).toEqual([]);
  });
});
