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

    expect(workflow.resumed).toEqual([{ taskToken: 'token-1', output: { requestedAt: 't' } }]);
  });

  it('awaits nothing of a migration that has ended', async () => {
    const migrations = new FakeMigrations(new FakeClock(), aRecord({ status: 'aborted', outcome: 'aborted' }));
    await makeAwaitCutover(migrations, new FakeWorkflow())(input);

    expect(migrations.record).not.toHaveProperty('taskToken');
  });
});
