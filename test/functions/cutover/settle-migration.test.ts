import { beforeEach, describe, expect, it } from 'vitest';
import { makeCloseMigration } from '../../../functions/cutover/close-migration.ts';
import type { Ending } from '../../../functions/cutover/ending.ts';
import { makeIssueCertificate } from '../../../functions/cutover/issue-certificate.ts';
import {
  makeSettleMigration,
  type SettleInput,
  type SettleResult,
} from '../../../functions/cutover/settle-migration.ts';
import { makeSignCertificate } from '../../../functions/cutover/sign-certificate.ts';
import type { ExecutionStatus } from '../../../functions/migration/ports.ts';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { aCertificateInput, FakeCertificates } from '../../cutover/support/certificates.ts';
import { FakeClock } from '../support/clock.ts';
import { aFence, FakeFences } from '../support/fences.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aDryRun } from '../support/preflight.ts';
import { aRecord, EXECUTION_ARN, MIGRATION_ID, taskInput } from '../support/records.ts';
import { FakeWorkflow } from '../support/workflow.ts';

let clock: FakeClock;
let locks: FakeLocks;
let fences: FakeFences;
let migrations: FakeMigrations;
let workflow: FakeWorkflow;
const signature = { keyId: 'arn:aws:kms:us-west-2:000000000000:key/k', algorithm: 'ECDSA_SHA_256', value: 'c2ln' };
let sign: (migrationId: string) => Promise<unknown> = async () => undefined;

beforeEach(async () => {
  clock = new FakeClock();
  locks = new FakeLocks();
  fences = new FakeFences();
  workflow = new FakeWorkflow();
  migrations = new FakeMigrations(clock, aRecord({ status: 'syncing', phase: 'copying' }));
  await locks.acquire('test', MIGRATION_ID);
});

type Step = SettleInput extends infer Input ? (Input extends unknown ? Omit<Input, 'migrationId'> : never) : never;
const settle = (input: Step) =>
  makeSettleMigration(migrations, locks, fences, workflow, clock, { actingTaskSeconds: 60 })({
    migrationId: MIGRATION_ID,
    ...input,
  } as SettleInput);
const execution = (status: ExecutionStatus, more: object = {}) =>
  workflow.executions.set(EXECUTION_ARN, { status, ...more });
const failure = { error: 'ReplicationFailedError', cause: 'no route' };
const failed: Ending = { outcome: 'failed', failure };
const note = (intent: 'start' | 'complete' | 'stop') =>
  locks.intend('test', MIGRATION_ID, intent, { at: '2026-01-01T00:10:00.000Z', eventsSinceMs: 1 });
const decide = (by?: typeof failure) => settle({ step: 'decide', failure: by ?? null });
/** Decides, and records the end as if the world had been made safe with these notes. */
const end = async (notes: string[] | null = [], by?: typeof failure) => {
  const decision = await decide(by);
  if (decision.state !== 'decided') throw new Error(`It is ${decision.state}`);
  return (await settle({ step: 'end', ending: decision.ending, notes })) as Extract<SettleResult, { state: 'ended' }>;
};
const record = () => migrations.record;

describe('settlement decides', () => {
  it('leaves the announcement of a good end to the execution that recorded it', async () => {
    await migrations.end(MIGRATION_ID, 'completed', { status: 'completed' });
    execution('RUNNING');
    expect(await decide()).toEqual({ state: 'running' });
    execution('SUCCEEDED');
    expect(await decide()).toEqual({ state: 'settled' });
    expect(record()?.unsettled).toBeUndefined();
  });

  it('announces a good end whose execution could not, or has failed', async () => {
    await migrations.end(MIGRATION_ID, 'completed', { status: 'completed' });
    execution('RUNNING');
    expect(await decide(failure)).toMatchObject({ state: 'ended' });
    execution('FAILED');
    expect(await decide()).toMatchObject({ state: 'ended' });
  });

  it('by the failure that the execution’s own Catch hands over, and writes nothing of it yet', async () => {
    execution('RUNNING');

    expect(await decide(failure)).toEqual({
      state: 'decided',
      ending: failed,
      acts: false,
      fenced: false,
      waitSeconds: 0,
    });
    expect(record()).not.toHaveProperty('outcome');
  });

  it.each([
    ['FAILED', {}, 'failed', 'ExecutionFailed'],
    ['FAILED', { error: 'E', cause: 'c' }, 'failed', 'E'],
    ['TIMED_OUT', {}, 'timedOut', 'States.Timeout'],
    ['ABORTED', {}, 'aborted', 'ExecutionStopped'],
  ] as const)('by an execution that is %s %j', async (status, more, outcome, error) => {
    execution(status, more);

    expect(await decide()).toMatchObject({ ending: { outcome, failure: { error } } });
  });

  it('that a migration whose execution never began has failed', async () => {
    expect(await decide()).toMatchObject({ ending: { outcome: 'failed', failure: { error: 'NeverStarted' } } });
  });

  it.each(['RUNNING', 'SUCCEEDED', 'PENDING_REDRIVE'] as const)('nothing while the execution is %s', async (status) => {
    execution(status);

    expect(await decide()).toEqual({ state: 'running' });
    expect(await note('start')).toMatchObject({ fresh: true });
  });

  it('and closes the lock: a task that still runs can act no more', async () => {
    execution('ABORTED');
    await decide();

    await expect(note('complete')).rejects.toMatchObject({ name: 'LockLostError' });
    await expect(locks.acquire('test', 'next-0123456789ab')).rejects.toMatchObject({
      name: 'ReplicationGroupLockedError',
    });
  });

  it('to wait for tasks that may still act, also after the execution’s own Catch, once something was begun', async () => {
    await note('start');

    expect(await decide(failure)).toMatchObject({ acts: true, waitSeconds: 60, fenced: false });
  });

  it('that a fence can be lifted at once, unless CompleteMigration was sent under it', async () => {
    await fences.open(aFence({ phase: 'open' }));
    expect(await decide(failure)).toMatchObject({ acts: true, fenced: true });

    const late = new FakeLocks();
    await late.acquire('test', MIGRATION_ID);
    await late.intend('test', MIGRATION_ID, 'complete', { at: 't', eventsSinceMs: 1 });
    locks = late;
    expect(await decide(failure)).toMatchObject({ acts: true, fenced: false });
  });

  it('nothing about a migration that is settled, and that there is none', async () => {
    await end();
    await settle({ step: 'conclude' });
    expect(await decide(failure)).toEqual({ state: 'settled' });

    migrations = new FakeMigrations(clock);
    await expect(decide()).rejects.toMatchObject({ name: 'MigrationNotFoundError' });
  });
});

describe('settlement records', () => {
  it('the end with what was done, and has it announced', async () => {
    const { announcement } = await end(['The online migration was stopped.'], failure);

    expect(announcement).toEqual({
      detailType: 'MigrationFailed',
      correlationId: 'corr-1',
      executionArn: EXECUTION_ARN,
      data: {
        replicationGroupId: 'test',
        source: taskInput.source,
        status: 'failed',
        statusReason: 'No route (ReplicationFailedError, in phase copying). The online migration was stopped.',
        failure: { error: 'ReplicationFailedError', cause: 'no route. The online migration was stopped.' },
        stoppedAt: clock.iso(),
      },
    });
    expect(record()).toMatchObject({ outcome: 'failed', status: 'failed', phase: 'ended' });
  });

  it('once: the first end stands, and is announced again word for word', async () => {
    const first = await end([], failure);
    execution('ABORTED');
    clock.advance(60_000);
    const again = (await decide()) as Extract<SettleResult, { state: 'ended' }>;

    expect(again.state).toBe('ended');
    expect(again.announcement).toEqual(first.announcement);
    const late = await settle({ step: 'end', ending: { ...failed, outcome: 'aborted' }, notes: [] });
    expect(late).toMatchObject({ announcement: first.announcement });
  });

  it('that an abort was asked for, whatever ended the execution', async () => {
    const abort = { at: 'then', reason: 'why', by: { by: 'http' as const, at: 'then' }, requestId: 'r' };
    await migrations.update(MIGRATION_ID, { abort });

    expect((await end([], failure)).announcement.detailType).toBe('MigrationAborted');
  });

  it('in words of an abort that was seen, and not by the name of its error', async () => {
    const abort = { at: 'then', reason: 'the wrong source', by: { by: 'http' as const, at: 'then' }, requestId: 'r' };
    await migrations.update(MIGRATION_ID, { abort });
    const cause = 'The abort of migration x was requested at then: the wrong source';
    const { announcement } = await end(['The online migration was stopped.'], { error: 'AbortRequestedError', cause });

    expect(announcement.data).toMatchObject({
      statusReason: 'The abort was requested at then: the wrong source. The online migration was stopped.',
      failure: { error: 'AbortRequestedError' },
    });
  });

  it('no abort behind the point of no return: what became of CompleteMigration counts', async () => {
    const abort = { at: 'then', reason: 'why', by: { by: 'http' as const, at: 'then' }, requestId: 'r' };
    await migrations.update(MIGRATION_ID, { abort });
    await note('complete');

    expect((await end([], failure)).announcement.detailType).toBe('MigrationFailed');
  });

  it('a proven promotion as the good end, however the execution ended', async () => {
    execution('TIMED_OUT');
    await note('complete');
    await migrations.update(MIGRATION_ID, { promotedAt: '2026-01-01T00:11:00.000Z' });
    const { announcement } = await end();

    expect(announcement).toMatchObject({
      detailType: 'MigrationCompleted',
      data: { status: 'completed', promotedAt: '2026-01-01T00:11:00.000Z' },
    });
    expect(announcement.data).not.toHaveProperty('failure');
  });

  it('a rollback as an abort', async () => {
    await note('complete');
    await migrations.update(MIGRATION_ID, { promotedAt: 'p', rolledBackAt: 'r' });

    expect((await end([], { error: 'RolledBack', cause: 'it was asked for.' })).announcement).toMatchObject({
      detailType: 'MigrationAborted',
      data: { rolledBackAt: 'r' },
    });
  });

  it('that the promotion is not known, where an operator has ended the doubt', async () => {
    execution('TIMED_OUT');
    await note('complete');

    for (const { announcement } of [await end(), (await decide()) as Extract<SettleResult, { state: 'ended' }>]) {
      expect(announcement.data).toMatchObject({
        completeSentAt: '2026-01-01T00:10:00.000Z',
        statusReason: expect.stringContaining('whether the target was promoted is not known'),
      });
    }
  });

  it('no doubt about a CompleteMigration that another migration has sent', async () => {
    await locks.release('test', MIGRATION_ID);
    await locks.acquire('test', 'test-ffffffffffff');
    await locks.intend('test', 'test-ffffffffffff', 'complete', { at: 't', eventsSinceMs: 1 });

    expect((await end([], failure)).announcement.data).not.toHaveProperty('completeSentAt');
  });

  it('with a reason that fits the table, however long the cause is, and still what was done', async () => {
    await end(['The online migration was NOT stopped.'], { error: 'E', cause: 'x'.repeat(100_000) });

    expect(record().statusReason.length).toBeLessThanOrEqual(2000);
    expect(record().statusReason).toMatch(/NOT stopped\.$/);
  });

  it('the end of a dry run with its verdict and actions', async () => {
    await migrations.end(MIGRATION_ID, 'dryRunCompleted', {
      status: 'dryRunCompleted',
      statusReason: 'nothing blocks',
      phase: 'ended',
      stoppedAt: clock.iso(),
      dryRun: aDryRun,
    });

    expect(await decide(failure)).toMatchObject({
      state: 'ended',
      announcement: {
        detailType: 'MigrationDryRunCompleted',
        data: { verdict: 'wouldStart', actions: aDryRun.actions },
      },
    });
  });

  it('that a stop may still be under way, which is waited out before the lock is given back', async () => {
    await note('start');
    await note('stop');

    expect(await end([], failure)).toMatchObject({ waitSeconds: 60 });
  });
});

describe('settlement, while a late execution claims the group,', () => {
  it('leaves it no lock to act with after the end, and makes the world safe where it acted before', async () => {
    await locks.release('test', MIGRATION_ID);
    const decision = (await decide(failure)) as Extract<SettleResult, { state: 'decided' }>;
    expect(decision).toMatchObject({ acts: false });
    // The claim comes between the two steps, and the late execution goes on.
    await locks.acquire('test', MIGRATION_ID);
    await note('start');

    const told = await settle({ step: 'end', ending: decision.ending, notes: null });
    expect(told).toEqual({ state: 'unsafe', waitSeconds: 60 });
    await expect(note('complete')).rejects.toMatchObject({ name: 'LockLostError' });
    expect(await settle({ step: 'end', ending: decision.ending, notes: ['It is stopped.'] })).toMatchObject({
      state: 'ended',
    });
  });
});

describe('settlement gives the lock back', () => {
  const release = () => settle({ step: 'release' });

  it('once, and never the next owner’s', async () => {
    await end([], failure);
    await release();
    await locks.acquire('test', 'next-0123456789ab');
    await release();

    expect(await locks.find('test')).toMatchObject({ owner: 'next-0123456789ab' });
  });

  it('not while the migration has no end', async () => {
    await release();

    expect(await locks.find('test')).toMatchObject({ owner: MIGRATION_ID });
  });

  it('not while a fence of it stands: the next one’s would be lifted with it', async () => {
    await fences.open(aFence({ phase: 'open' }));
    await end([], failure);
    await release();
    expect(await locks.find('test')).toMatchObject({ owner: MIGRATION_ID });

    await fences.advance(MIGRATION_ID, 'attempt-1', { phase: 'sealed' });
    await release();
    expect(await locks.find('test')).toMatchObject({ owner: MIGRATION_ID });

    await fences.takeOver(MIGRATION_ID, 'lifter', 'attempt-1');
    await fences.advance(MIGRATION_ID, 'lifter', { phase: 'lifted' } as never);
    await release();
    expect(await locks.find('test')).toBeUndefined();
  });
});

describe('settlement', () => {
  it('does not conclude what has not ended', async () => {
    await settle({ step: 'conclude' });

    expect(record().unsettled).toBe(true);
  });

  it('tells who is asked about, and forgets an act that was carried out', async () => {
    await migrations.update(MIGRATION_ID, { pendingAct: { act: 'unfence', at: 't' } } as Partial<MigrationRecord>);

    expect(await settle({ step: 'find' })).toMatchObject({
      state: 'found',
      about: { correlationId: 'corr-1', executionArn: EXECUTION_ARN, data: { replicationGroupId: 'test' } },
    });
    expect(await settle({ step: 'concludeAct', act: 'unfence' })).toEqual({ state: 'concluded', lockLeft: false });
    expect(record()).not.toHaveProperty('pendingAct');
  });

  it('that ends while an act lifts the fence leaves the lock, and the act tells so', async () => {
    await fences.open(aFence({ phase: 'open' }));
    await fences.advance(MIGRATION_ID, 'attempt-1', { phase: 'sealed' });
    await fences.takeOver(MIGRATION_ID, 'rollback', 'attempt-1');
    await migrations.end(MIGRATION_ID, 'completed', { status: 'completed' });
    await settle({ step: 'release' });
    expect(await locks.find('test')).toMatchObject({ owner: MIGRATION_ID });
    await fences.advance(MIGRATION_ID, 'rollback', { phase: 'lifted' });

    expect(await settle({ step: 'concludeAct', act: 'rollback' })).toEqual({ state: 'concluded', lockLeft: true });
    await settle({ step: 'release' });
    expect(await locks.find('test')).toBeUndefined();
    expect(await settle({ step: 'concludeAct', act: 'rollback' })).toEqual({ state: 'concluded', lockLeft: false });
  });

  it('announces the good end of a migration that could not announce it itself', async () => {
    const close = makeCloseMigration(migrations, locks, sign, clock, { actingTaskSeconds: 60 });
    await close({ ...taskInput, closedAt: 'c', promotedAt: 'p', evidence: 'all is well' });

    expect(await decide({ error: 'EventBridge.FailedEntry', cause: 'x' })).toMatchObject({
      state: 'ended',
      announcement: { detailType: 'MigrationCompleted', data: { status: 'completed', stoppedAt: 'c' } },
    });
  });
});

describe('closing', () => {
  it('has a certificate signed that was not in time for the promotion, with the same body', async () => {
    const certificates = new FakeCertificates();
    const late = { sign: async () => ({ whyNot: 'KMS Sign: no answer within 2000 ms' }) };
    const input = aCertificateInput();
    const issued = await makeIssueCertificate(
      certificates,
      late,
    )({
      ...input,
      record: { ...input.record, migrationId: MIGRATION_ID },
    });
    sign = makeSignCertificate(certificates, { sign: async () => signature });
    await close();
    await close();

    expect(issued).toMatchObject({ unsignedBecause: expect.stringContaining('no answer') });
    expect(await certificates.find(MIGRATION_ID)).toMatchObject({ hash: issued?.hash, signature });
  });

  const close = () =>
    makeCloseMigration(migrations, locks, sign, clock, { actingTaskSeconds: 60 })({
      ...taskInput,
      closedAt: 'c',
      promotedAt: 'p',
      evidence: 'all is well',
    });

  it('records the good end and gives the lock back; a repeat changes nothing', async () => {
    await close();
    await locks.acquire('test', 'next-0123456789ab');
    await close();

    expect(record()).toMatchObject({
      outcome: 'completed',
      status: 'completed',
      promotedAt: 'p',
      stoppedAt: 'c',
      statusReason: 'The migration is complete: all is well.',
    });
    expect(await locks.find('test')).toMatchObject({ owner: 'next-0123456789ab' });
  });

  it('keeps the lock, closed, until a second send of CompleteMigration cannot be made any more', async () => {
    await locks.intend('test', MIGRATION_ID, 'complete', { at: clock.iso(), eventsSinceMs: 1 });
    await locks.noteSend('test', MIGRATION_ID, clock.iso());
    const sentAt = Date.parse((await locks.find('test'))?.intents.complete?.lastSendAt ?? '');
    clock.advance(sentAt - clock.now() + 59_000);

    await expect(close()).rejects.toMatchObject({ name: 'TransientServiceError' });
    expect(record()).not.toHaveProperty('outcome');
    await expect(locks.noteSend('test', MIGRATION_ID, clock.iso())).rejects.toMatchObject({ name: 'LockLostError' });
    clock.advance(1001);
    await close();
    expect(await locks.find('test')).toBeUndefined();
  });
});
