import { beforeEach, describe, expect, it } from 'vitest';
import { makeSweep, type SweepLog } from '../../../functions/cutover/sweep.ts';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { FakeClock } from '../support/clock.ts';
import { aFence, FakeFences } from '../support/fences.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aRecord, EXECUTION_ARN, MIGRATION_ID } from '../support/records.ts';
import { FakeWorkflow } from '../support/workflow.ts';

let clock: FakeClock;
let workflow: FakeWorkflow;
let fences: FakeFences;
beforeEach(() => {
  clock = new FakeClock();
  workflow = new FakeWorkflow();
  fences = new FakeFences();
});

const MINUTE_MS = 60_000;
/** Sweeps so many minutes after the record was last written. */
const sweepAfter = async (minutes: number, change: Partial<MigrationRecord> = {}) => {
  const migrations = new FakeMigrations(clock, aRecord({ executionArn: EXECUTION_ARN, ...change }));
  clock.advance(minutes * MINUTE_MS + 1);
  const report = await makeSweep(migrations, fences, workflow, clock)();
  return { migrations, report };
};
const ended: Partial<MigrationRecord> = { status: 'failed', outcome: 'failed' };

describe('the sweeper', () => {
  it('settles a request that never became an execution, after a minute', async () => {
    const { report } = await sweepAfter(1);

    expect(report).toMatchObject({ looked: 1, settling: [MIGRATION_ID] });
    expect(workflow.settled).toEqual([{ name: expect.stringContaining(MIGRATION_ID), migrationId: MIGRATION_ID }]);
  });

  it('leaves a request alone that has only just come', async () => {
    expect((await sweepAfter(0.5)).report).toMatchObject({ looked: 0, settling: [] });
  });

  it('leaves one alone that waits for its turn, and settles it once its execution has died there', async () => {
    const waiting = { turnAt: clock.iso(3600_000) };
    workflow.executions.set(EXECUTION_ARN, { status: 'RUNNING' });
    expect((await sweepAfter(10, waiting)).report).toMatchObject({ looked: 0, settling: [] });

    workflow.executions.set(EXECUTION_ARN, { status: 'ABORTED' });
    expect((await sweepAfter(21, waiting)).report).toMatchObject({ looked: 1, settling: [MIGRATION_ID] });
  });

  it.each(['FAILED', 'TIMED_OUT', 'ABORTED'] as const)('settles what was %s and nobody was told', async (status) => {
    workflow.executions.set(EXECUTION_ARN, { status });
    expect((await sweepAfter(19, { status: 'syncing' })).report.settling).toEqual([]);

    expect((await sweepAfter(21, { status: 'syncing' })).report.settling).toEqual([MIGRATION_ID]);
  });

  it('settles an end whose announcement nobody has confirmed, after a minute', async () => {
    workflow.executions.set(EXECUTION_ARN, { status: 'FAILED' });

    expect((await sweepAfter(1, ended)).report.settling).toEqual([MIGRATION_ID]);
  });

  it('leaves alone what still runs, however silent it is', async () => {
    workflow.executions.set(EXECUTION_ARN, { status: 'RUNNING' });

    expect((await sweepAfter(600, { status: 'syncing' })).report).toMatchObject({ looked: 1, settling: [] });
  });

  it('only marks what has ended well', async () => {
    workflow.executions.set(EXECUTION_ARN, { status: 'SUCCEEDED' });
    const { migrations, report } = await sweepAfter(1, { status: 'completed', outcome: 'completed' });

    expect(report.settling).toEqual([]);
    expect(migrations.record).not.toHaveProperty('unsettled');
  });

  it('settles once a minute under a name of its own: an earlier settlement may have failed', async () => {
    await sweepAfter(1, ended);
    await sweepAfter(1, ended);
    await sweepAfter(1, ended);

    expect(new Set(workflow.settled.map(({ name }) => name)).size).toBe(3);
    for (const { name } of workflow.settled) expect(name).toMatch(/^[0-9A-Za-z_-]{1,80}$/);
  });

  it('notes the name, without touching the time by which the silent are found', async () => {
    workflow.executions.set(EXECUTION_ARN, { status: 'FAILED' });
    const { migrations } = await sweepAfter(2, {
      ...ended,
      sweptAs: { settle: 'before' },
      pendingAct: { act: 'unfence', at: clock.iso(0) },
    });

    const names = workflow.settled.map(({ name }) => name);
    expect(migrations.record.sweptAs).toEqual({ unfence: names[0], settle: names[1] });
    expect(migrations.record.updatedAt).toBe(aRecord().updatedAt);
  });

  it('has a fence lifted that is past its deadline, also while its migration is at work', async () => {
    workflow.executions.set(EXECUTION_ARN, { status: 'RUNNING' });
    await fences.open(aFence({ phase: 'open', deadlineAt: clock.iso(30_000) }));
    expect((await sweepAfter(0.5, { status: 'cuttingOver' })).report.lifting).toEqual([]);

    expect((await sweepAfter(1, { status: 'cuttingOver' })).report).toMatchObject({
      lifting: [MIGRATION_ID],
      settling: [],
    });
    expect(workflow.settled).toEqual([
      { name: expect.stringMatching(/-fence-\d+$/), migrationId: MIGRATION_ID, act: 'liftFence' },
    ]);
  });

  it('has an act carried out that was asked for a minute ago, whatever the migration is at', async () => {
    workflow.executions.set(EXECUTION_ARN, { status: 'RUNNING' });
    const pendingAct = { act: 'rollback' as const, at: clock.iso() };
    expect((await sweepAfter(0.5, { status: 'promoted', pendingAct })).report.acting).toEqual([]);
    const { report } = await sweepAfter(1, { status: 'promoted', pendingAct });

    expect(report).toMatchObject({ acting: [MIGRATION_ID], settling: [] });
    expect(workflow.settled).toEqual([
      { name: expect.stringMatching(/-rollback-\d+$/), migrationId: MIGRATION_ID, act: 'rollback' },
    ]);
  });

  it('calls a migration stuck that nothing has moved for half an hour, whether its execution runs or not', async () => {
    workflow.executions.set(EXECUTION_ARN, { status: 'RUNNING' });
    expect((await sweepAfter(29, { status: 'syncing' })).report.stuck).toEqual([]);
    expect((await sweepAfter(30, { status: 'syncing' })).report.stuck).toEqual([MIGRATION_ID]);
    expect((await sweepAfter(30, ended)).report.stuck).toEqual([MIGRATION_ID]);

    const pendingAct = { act: 'rollback' as const, at: clock.iso(29 * MINUTE_MS) };
    expect((await sweepAfter(30, { ...ended, pendingAct })).report.stuck).toEqual([]);
  });

  it('tells as it goes, so that a fault leaves behind which migration it met', async () => {
    const told: string[] = [];
    const log: SweepLog = {
      about: (migrationId) => told.push(`about ${migrationId}`),
      did: (what) => told.push(what),
    };
    const other = 'other-0123456789ab';
    const migrations = new FakeMigrations(clock, aRecord(ended), aRecord({ ...ended, migrationId: other }));
    clock.advance(MINUTE_MS + 1);
    const lost = new Error('lost');
    const describe = async () => {
      if (told.includes(`about ${other}`)) throw lost;
      return { status: 'FAILED' as const };
    };
    const settle = workflow.settle.bind(workflow);

    await expect(makeSweep(migrations, fences, { describe, settle }, clock, log)()).rejects.toBe(lost);
    expect(told).toEqual([`about ${MIGRATION_ID}`, 'settling', `about ${other}`]);
  });
});
