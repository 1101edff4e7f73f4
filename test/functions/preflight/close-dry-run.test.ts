import { beforeEach, describe, expect, it } from 'vitest';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { makeCloseDryRun } from '../../../functions/preflight/close-dry-run.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aPreflight } from '../support/preflight.ts';
import { aRecord, CALLER, MIGRATION_ID, taskInput } from '../support/records.ts';

let clock: FakeClock;
let locks: FakeLocks;
let migrations: FakeMigrations;
const begin = async (change: Partial<MigrationRecord> = {}) => {
  migrations = new FakeMigrations(clock, aRecord({ status: 'testing', phase: 'testing', ...change }));
  await locks.acquire('test', MIGRATION_ID);
};
beforeEach(() => {
  clock = new FakeClock();
  locks = new FakeLocks();
});

const close = (failure: { error: string; cause: string } | null = null) =>
  makeCloseDryRun(migrations, locks, clock)({ ...taskInput, failure });
const calls = () => migrations.record.dryRun?.actions.map(({ call }) => call);

describe('a dry run closes', () => {
  it('with what a real run would do, and gives the lock back', async () => {
    await begin({ preflight: aPreflight(), replicationTest: { verdict: 'passed', detail: 'fine' } });
    const closed = await close();

    expect(closed).toMatchObject({
      verdict: 'wouldStart',
      why: 'A real run would start: nothing blocks it, and TestMigration passed.',
      stoppedAt: clock.iso(),
    });
    expect(migrations.record).toMatchObject({
      outcome: 'dryRunCompleted',
      status: 'dryRunCompleted',
      phase: 'ended',
      statusReason: closed.why,
      stoppedAt: closed.stoppedAt,
      dryRun: { verdict: closed.verdict, why: closed.why, actions: closed.actions },
    });
    expect(migrations.record).not.toHaveProperty('failure');
    expect(calls()).toContain('elasticache:CompleteMigration');
    expect(await locks.find('test')).toBeUndefined();
  });

  it('without a word on a verdict that no event told', async () => {
    await begin({ preflight: aPreflight(), replicationTest: { verdict: 'unknown', detail: 'no event' } });

    expect((await close()).why).toContain('told of no failure');
  });

  it('without a file that is written, where the durability of the fence is waived', async () => {
    await begin({ preflight: aPreflight({ waivers: ['fence-not-durable'] }) });
    await close();

    expect(calls()?.filter((call) => /ACL SAVE|CONFIG REWRITE/.test(call))).toEqual([]);
  });

  it('with the end that the preflight would be', async () => {
    await begin({ preflight: aPreflight({ verdict: 'failed' }) });
    const closed = await close({ error: 'PreflightFailed', cause: 'it blocks: source-bind' });

    expect(closed).toMatchObject({ verdict: 'wouldFail', why: 'It blocks: source-bind.' });
    expect(calls()).not.toContain('elasticache:TestMigration');
  });

  it('with the end that TestMigration would be', async () => {
    await begin({ preflight: aPreflight() });
    const closed = await close({ error: 'ReplicationTestFailedError', cause: 'no route' });

    expect(closed).toMatchObject({ verdict: 'wouldFail', why: 'No route.' });
    expect(calls()).toContain('elasticache:TestMigration');
    expect(calls()).not.toContain('elasticache:StartMigration');
  });

  it('once: a repeat answers the same', async () => {
    await begin({ preflight: aPreflight() });
    const first = await close();
    clock.advance(5000);

    expect(await close({ error: 'Other', cause: 'other' })).toEqual(first);
  });

  it('not over another end', async () => {
    await begin({ preflight: aPreflight() });
    await migrations.end(MIGRATION_ID, 'aborted', { status: 'aborted', statusReason: 'stopped', phase: 'ended' });

    await expect(close()).rejects.toMatchObject({ name: 'LockLostError' });
    expect(await locks.find('test')).toBeUndefined();
  });

  it('not when there is none', async () => {
    migrations = new FakeMigrations();

    await expect(close()).rejects.toMatchObject({ name: 'MigrationNotFoundError' });
  });

  it('not when it is to be aborted, and leaves the lock to settlement', async () => {
    await begin({ preflight: aPreflight() });
    await migrations.requestAct(MIGRATION_ID, 'abort', { at: 't', by: { ...CALLER, at: 't' }, requestId: 'r' });

    await expect(close()).rejects.toMatchObject({ name: 'AbortRequestedError' });
    expect(migrations.record).not.toHaveProperty('outcome');
    expect(await locks.find('test')).toBeDefined();
  });
});
