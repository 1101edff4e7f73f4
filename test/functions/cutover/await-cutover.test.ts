import { describe, expect, it } from 'vitest';
import { makeAwaitCutover } from '../../../functions/cutover/await-cutover.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aRecord, MIGRATION_ID } from '../support/records.ts';
import { FakeWorkflow } from '../support/workflow.ts';

const input = { migrationId: MIGRATION_ID, taskToken: 'token-1', why: 'The source cannot be read.' };

describe('awaitCutover', () => {
  it('puts its token where the request finds it, and waits', async () => {
    const migrations = new FakeMigrations(new FakeClock(), aRecord({ status: 'syncing' }));
    const workflow = new FakeWorkflow();
    await makeAwaitCutover(migrations, workflow)(input);

    expect(migrations.record).toMatchObject({
      status: 'awaitingCutover',
      phase: 'awaitingCutover',
      statusReason: 'The source cannot be read.',
      taskToken: 'token-1',
    });
    expect(workflow.resumed).toEqual([]);
  });

  it('goes on at once when the request is there already', async () => {
    const workflow = new FakeWorkflow();
    workflow.waiting.add('token-1');
    const record = aRecord({
      status: 'awaitingCutover',
      cutover: { requestedAt: 't' },
      taskToken: 'dead',
    });
    await makeAwaitCutover(new FakeMigrations(new FakeClock(), record), workflow)(input);

    expect(workflow.resumed).toEqual([{ taskToken: 'token-1', output: { requestedAt: 't', waivers: [] } }]);
  });

  it('says why the cutover is not allowed, and what a request would do', async () => {
    const migrations = new FakeMigrations(new FakeClock(), aRecord({ status: 'verifying' }));
    await makeAwaitCutover(migrations, new FakeWorkflow())({ ...input, blockedBy: '1 key differs.' });

    expect(migrations.record.statusReason).toMatch(/^The source cannot be read\. .*1 key differs\. .*verifies again/);
  });

  it('says why an automatic cutover awaits a request', async () => {
    const migrations = new FakeMigrations(new FakeClock(), aRecord({ status: 'syncing' }));
    const awaitCutover = makeAwaitCutover(migrations, new FakeWorkflow());
    await awaitCutover({ ...input, handedOverFor: 'it has a user, waive users-included' });
    expect(migrations.record.statusReason).toBe(
      'The source cannot be read. The automatic cutover was backed out, and is not tried again without a request: it has a user, waive users-included.',
    );

    await awaitCutover({ ...input, handedOverFor: null });
    expect(migrations.record.statusReason).toBe('The source cannot be read.');
  });

  it('forgets the request that has come to nothing, and no later one', async () => {
    const workflow = new FakeWorkflow();
    workflow.waiting.add('token-1');
    const cutover = { requestedAt: 't', waivers: ['verification-differences' as const] };
    const migrations = new FakeMigrations(new FakeClock(), aRecord({ status: 'verifying', cutover }));
    await makeAwaitCutover(migrations, workflow)({ ...input, refusedAt: 'earlier' });
    expect(workflow.resumed).toEqual([{ taskToken: 'token-1', output: cutover }]);

    await makeAwaitCutover(migrations, workflow)({ ...input, refusedAt: 't' });
    expect(migrations.record).not.toHaveProperty('cutover');
    expect(migrations.record).toMatchObject({ status: 'awaitingCutover', taskToken: 'token-1' });
    expect(workflow.resumed).toHaveLength(1);
  });

  it('awaits nothing of a migration that has ended', async () => {
    const migrations = new FakeMigrations(new FakeClock(), aRecord({ status: 'aborted', outcome: 'aborted' }));
    await makeAwaitCutover(migrations, new FakeWorkflow())(input);

    expect(migrations.record).not.toHaveProperty('taskToken');
  });
});
