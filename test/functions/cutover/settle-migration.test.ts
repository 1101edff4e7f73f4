import { beforeEach, describe, expect, it } from 'vitest';
import { makeCloseMigration } from '../../../functions/cutover/close-migration.ts';
import { makeSettleMigration, type SettleResult } from '../../../functions/cutover/settle-migration.ts';
import type { ExecutionStatus } from '../../../functions/migration/ports.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aDryRun } from '../support/preflight.ts';
import { aRecord, EXECUTION_ARN, MIGRATION_ID, taskInput } from '../support/records.ts';
import { FakeWorkflow } from '../support/workflow.ts';

let clock: FakeClock;
let locks: FakeLocks;
let migrations: FakeMigrations;
let workflow: FakeWorkflow;
beforeEach(async () => {
  clock = new FakeClock();
  locks = new FakeLocks();
  workflow = new FakeWorkflow();
  migrations = new FakeMigrations(clock, aRecord({ status: 'syncing', phase: 'copying' }));
  await locks.acquire('test', MIGRATION_ID);
});

const settle = (step: 'decide' | 'release' | 'conclude', failure?: { error: string; cause: string }) =>
  makeSettleMigration(migrations, locks, workflow, clock, { actingTaskSeconds: 60 })({
    migrationId: MIGRATION_ID,
    step,
    ...(failure && { failure }),
  });
const execution = (status: ExecutionStatus, more: object = {}) =>
  workflow.executions.set(EXECUTION_ARN, { status, ...more });
const failure = { error: 'ReplicationFailedError', cause: 'no route' };

describe('settlement decides', () => {
  it('by the failure that the execution’s own Catch hands over, and need not wait for its tasks', async () => {
    execution('RUNNING');

    expect(await settle('decide', failure)).toMatchObject({
      state: 'decided',
      waitSeconds: 0,
      announcement: {
        detailType: 'MigrationFailed',
        correlationId: 'corr-1',
        executionArn: EXECUTION_ARN,
        data: {
          replicationGroupId: 'test',
          status: 'failed',
          statusReason: 'ReplicationFailedError while copying: no route',
          failure,
          stoppedAt: clock.iso(),
        },
      },
    });
    expect(migrations.record).toMatchObject({ outcome: 'failed', status: 'failed', phase: 'ended' });
  });

  it.each([
    ['FAILED', {}, 'failed', 'MigrationFailed', 'ExecutionFailed'],
    ['FAILED', { error: 'E', cause: 'c' }, 'failed', 'MigrationFailed', 'E'],
    ['TIMED_OUT', {}, 'timedOut', 'MigrationTimedOut', 'States.Timeout'],
    ['ABORTED', {}, 'aborted', 'MigrationAborted', 'ExecutionStopped'],
  ] as const)('by an execution that is %s %j', async (status, more, outcome, detailType, error) => {
    execution(status, more);

    expect(await settle('decide')).toMatchObject({ waitSeconds: 60, announcement: { detailType } });
    expect(migrations.record).toMatchObject({ outcome, status: outcome, failure: { error } });
  });

  it('that a migration whose execution never began has failed', async () => {
    await settle('decide');

    expect(migrations.record).toMatchObject({ outcome: 'failed', failure: { error: 'NeverStarted' } });
  });

  it.each(['RUNNING', 'SUCCEEDED', 'PENDING_REDRIVE'] as const)('nothing while the execution is %s', async (status) => {
    execution(status);

    expect(await settle('decide')).toEqual({ state: 'running' });
    expect(migrations.record).not.toHaveProperty('outcome');
    expect(await locks.intend('test', MIGRATION_ID, 'start', { at: 't', eventsSinceMs: 0 })).toMatchObject({
      fresh: true,
    });
  });

  it('once: the first end stands, and is announced again word for word', async () => {
    const first = await settle('decide', failure);
    execution('ABORTED');
    clock.advance(60_000);
    const again = await settle('decide');

    expect(again).toMatchObject({ announcement: (first as { announcement: object }).announcement });
  });

  it('that a dry run whose end was recorded is announced with its verdict and actions', async () => {
    await migrations.end(MIGRATION_ID, 'dryRunCompleted', {
      status: 'dryRunCompleted',
      statusReason: 'nothing blocks',
      phase: 'ended',
      stoppedAt: clock.iso(),
      dryRun: aDryRun,
    });

    const { announcement } = (await settle('decide', failure)) as Extract<SettleResult, { state: 'decided' }>;
    expect(announcement).toMatchObject({ detailType: 'MigrationDryRunCompleted' });
    expect(announcement.data).toEqual({
      replicationGroupId: 'test',
      source: taskInput.source,
      status: 'dryRunCompleted',
      statusReason: 'nothing blocks',
      verdict: 'wouldStart',
      actions: aDryRun.actions,
      stoppedAt: clock.iso(),
    });
  });

  it('and closes the lock: a task that still runs can act no more', async () => {
    execution('ABORTED');
    await settle('decide');

    await expect(locks.intend('test', MIGRATION_ID, 'complete', { at: 't', eventsSinceMs: 0 })).rejects.toMatchObject({
      name: 'LockLostError',
    });
    await expect(locks.acquire('test', 'next-0123456789ab')).rejects.toMatchObject({
      name: 'ReplicationGroupLockedError',
    });
  });

  it('with a reason that fits the table, however long the cause is', async () => {
    await settle('decide', { error: 'E', cause: 'x'.repeat(100_000) });

    expect(migrations.record.statusReason.length).toBeLessThanOrEqual(2000);
  });

  it('nothing about a migration that is settled', async () => {
    await settle('decide', failure);
    await settle('conclude');

    expect(await settle('decide', failure)).toEqual({ state: 'settled' });
  });

  it('that there is none', async () => {
    const none = makeSettleMigration(new FakeMigrations(), locks, workflow, clock, { actingTaskSeconds: 60 });

    await expect(none({ migrationId: MIGRATION_ID, step: 'decide' })).rejects.toMatchObject({
      name: 'MigrationNotFoundError',
    });
  });
});

describe('settlement, while a late execution claims the group,', () => {
  it('leaves it no lock to act with, wherever between two of its writes the claim comes', async () => {
    for (const moment of ['before the first', 'after the first'] as const) {
      const late = new FakeLocks();
      const claim = () => late.acquire('test', MIGRATION_ID);
      let closings = 0;
      const settling = {
        find: late.find.bind(late),
        release: late.release.bind(late),
        closeToIntents: async (group: string, migrationId: string) => {
          closings++;
          if (closings === 1 && moment === 'before the first') await claim();
          await late.closeToIntents(group, migrationId);
          if (closings === 1 && moment === 'after the first') await claim();
        },
      };
      const record = new FakeMigrations(clock, aRecord());
      await makeSettleMigration(record, settling, workflow, clock, { actingTaskSeconds: 60 })({
        migrationId: MIGRATION_ID,
        step: 'decide',
      });

      const intent = late.intend('test', MIGRATION_ID, 'start', { at: 't', eventsSinceMs: 1 });
      await expect(intent, moment).rejects.toMatchObject({ name: 'LockLostError' });
    }
  });
});

describe('settlement, after the point of no return,', () => {
  const sent = { at: '2026-01-01T00:10:00.000Z', eventsSinceMs: 1 };

  it('says that the promotion is in doubt when nothing has proven it, again in every announcement', async () => {
    execution('TIMED_OUT');
    await locks.intend('test', MIGRATION_ID, 'complete', sent);

    const first = await settle('decide');
    await settle('release');
    const second = await settle('decide');

    for (const { announcement } of [first, second] as { announcement: { data: object } }[]) {
      expect(announcement.data).toMatchObject({
        completeSentAt: sent.at,
        statusReason: expect.stringContaining('whether the target was promoted is not known'),
      });
    }
  });

  it('does not speak of doubt about a promotion that was proven', async () => {
    execution('FAILED');
    await locks.intend('test', MIGRATION_ID, 'complete', sent);
    await migrations.update(MIGRATION_ID, { promotedAt: '2026-01-01T00:11:00.000Z' });

    const { announcement } = (await settle('decide')) as { announcement: { data: object } };

    expect(announcement.data).toMatchObject({ promotedAt: '2026-01-01T00:11:00.000Z' });
    expect(announcement.data).not.toHaveProperty('completeSentAt');
  });

  it('does not speak of doubt about a CompleteMigration that another migration has sent', async () => {
    await locks.release('test', MIGRATION_ID);
    await locks.acquire('test', 'test-ffffffffffff');
    await locks.intend('test', 'test-ffffffffffff', 'complete', sent);

    const { announcement } = (await settle('decide', failure)) as { announcement: { data: object } };

    expect(announcement.data).not.toHaveProperty('completeSentAt');
  });
});

describe('settlement', () => {
  it('gives the lock back once, and never the next owner’s', async () => {
    await settle('release');
    await locks.acquire('test', 'next-0123456789ab');
    await settle('release');

    expect(await locks.find('test')).toMatchObject({ owner: 'next-0123456789ab' });
  });

  it('does not conclude what has not ended', async () => {
    await settle('conclude');

    expect(migrations.record.unsettled).toBe(true);
  });

  it('announces the good end of a migration that could not announce it itself', async () => {
    const close = makeCloseMigration(migrations, locks);
    await close({ ...taskInput, closedAt: 'c', promotedAt: 'p', evidence: 'all is well' });

    expect(await settle('decide', { error: 'EventBridge.FailedEntry', cause: 'x' })).toMatchObject({
      announcement: { detailType: 'MigrationCompleted', data: { status: 'completed', stoppedAt: 'c' } },
    });
  });
});

describe('closing', () => {
  const close = () =>
    makeCloseMigration(migrations, locks)({ ...taskInput, closedAt: 'c', promotedAt: 'p', evidence: 'all is well' });

  it('records the good end and gives the lock back; a repeat changes nothing', async () => {
    await close();
    await locks.acquire('test', 'next-0123456789ab');
    await close();

    expect(migrations.record).toMatchObject({
      outcome: 'completed',
      status: 'completed',
      promotedAt: 'p',
      stoppedAt: 'c',
      statusReason: 'The migration is complete: all is well.',
    });
    expect(await locks.find('test')).toMatchObject({ owner: 'next-0123456789ab' });
  });
});
