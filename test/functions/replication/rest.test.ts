import { beforeEach, describe, expect, it } from 'vitest';
import { makeRequestAbort } from '../../../functions/migration/request-abort.ts';
import { makeRest } from '../../../functions/replication/rest.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aRecord, CALLER, MIGRATION_ID } from '../support/records.ts';
import { FakeWorkflow } from '../support/workflow.ts';

const TOKEN = 'token-1';
const TURN_AT = '2026-01-01T01:00:00.000Z';
const ABORTED = { taskToken: TOKEN, error: 'AbortRequestedError', cause: expect.stringContaining('the wrong source') };

let clock: FakeClock;
let migrations: FakeMigrations;
let workflow: FakeWorkflow;
beforeEach(() => {
  clock = new FakeClock();
  migrations = new FakeMigrations(clock, aRecord());
  workflow = new FakeWorkflow();
  workflow.waiting.add(TOKEN);
});

const rest = (more: { turnAt?: string } = {}) =>
  makeRest(migrations, workflow)({ migrationId: MIGRATION_ID, taskToken: TOKEN, waitingFor: 'its turn', ...more });
const abort = () =>
  makeRequestAbort(
    migrations,
    new FakeLocks(),
    workflow,
    () => new Date(clock.now()),
  )(MIGRATION_ID, 'the wrong source', CALLER);

describe('a rest', () => {
  it('leaves in the record by what it is called, and what is waited for', async () => {
    await rest();

    expect(migrations.record).toMatchObject({ taskToken: TOKEN, waitingFor: 'its turn' });
    expect(migrations.record).not.toHaveProperty('turnAt');
    expect([workflow.failed, workflow.resumed]).toEqual([[], []]);
  });

  it('in the line notes the turn as it is now', async () => {
    migrations = new FakeMigrations(clock, aRecord({ turnAt: '2026-01-01T09:00:00.000Z' }));
    await rest({ turnAt: TURN_AT });

    expect(migrations.record.turnAt).toBe(TURN_AT);
  });

  it('ends at once by an abort that came before it', async () => {
    await abort();
    expect(workflow.failed).toEqual([]);
    await rest();

    expect(workflow.failed).toEqual([ABORTED]);
  });

  it('ends at once by an abort that comes in it', async () => {
    await rest();
    await abort();

    expect(workflow.failed).toEqual([ABORTED]);
  });

  it('calls nobody for a migration that has ended meanwhile', async () => {
    await abort();
    await migrations.end(MIGRATION_ID, 'aborted', { status: 'aborted' });
    await rest();

    expect(workflow.failed).toEqual([]);
    expect(migrations.record).not.toHaveProperty('taskToken');
  });
});
