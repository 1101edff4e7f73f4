import { beforeEach, describe, expect, it } from 'vitest';
import { makeCutOverBy } from '../../../functions/cutover/cut-over.ts';
import type { CutOverInput } from '../../../functions/cutover/cut-over-world.ts';
import { makeTryUnmeasured } from '../../../functions/cutover/try-unmeasured.ts';
import {
  TargetNotAvailableError,
  TargetNotMigratingError,
  TransientServiceError,
} from '../../../functions/migration/errors.ts';
import { byMetrics } from '../../../functions/replication/metrics-sight.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeFences } from '../support/fences.ts';
import { FakeGroups } from '../support/groups.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aRecord, CALLER, MIGRATION_ID, taskInput } from '../support/records.ts';

const by = { ...CALLER, at: 't' };
let clock: FakeClock;
let groups: FakeGroups;
let locks: FakeLocks;
let migrations: FakeMigrations;
/** Of the last minutes, newest first. */
let health: number[];
/** How many minutes ago the newest one began. */
let age: number;
beforeEach(async () => {
  [clock, groups, locks, health] = [new FakeClock(), new FakeGroups(), new FakeLocks(), [1, 1, 1]];
  age = 1;
  migrations = new FakeMigrations(
    clock,
    aRecord({ status: 'awaitingCutover', apiOnly: true, cutover: { requestedAt: 't', by } }),
  );
  await locks.acquire('test', MIGRATION_ID);
  await locks.intend('test', MIGRATION_ID, 'start', { at: 'before', eventsSinceMs: 0 });
});

const metrics = {
  health: async () => ({
    points: new Map([['test-001', health.map((value, at) => ({ atMs: clock.now() - (at + age) * 60_000, value }))]]),
  }),
};
const cutOver = (input: Partial<CutOverInput> = {}) => {
  const world = { groups, locks, fences: new FakeFences(), migrations, clock };
  const sight = (sinceMs: number) => byMetrics(metrics, clock, { periodSeconds: 60, neededInSync: 3 }, sinceMs);
  const once = makeTryUnmeasured({ ...world, sight, newAttempt: () => 'attempt-1' });
  const cutover = { fence: 'none', drainBudgetMs: 2000 } as const;
  return makeCutOverBy(world, 60, once)({ ...taskInput, cutover, attempt: 1, ...input });
};
const sent = () => groups.sent.map(({ call }) => call);
const intent = async () => (await locks.find('test'))?.intents.complete;

describe('a cutover that nothing is measured for', () => {
  it('notes CompleteMigration and sends it, without a fence and without a position', async () => {
    expect(await cutOver()).toMatchObject({ outcome: 'sent', positions: [] });
    expect(sent()).toEqual(['complete']);
    expect(await intent()).toMatchObject({ sends: 1 });
    expect(migrations.record).toMatchObject({
      phase: 'promoting',
      statusReason: expect.stringContaining('Nothing was'),
    });
    expect(migrations.record).not.toHaveProperty('fence');
  });

  it.each<[string, () => unknown, string]>([
    ['CloudWatch does not say that it is in sync', () => (health = [0, 1, 1]), 'was 0'],
    ['it has said so for too short a time', () => (health = [1, 1]), '2 of 3'],
    ['it has said so last four minutes ago', () => (age = 4), 'more than 3 periods'],
    ['the group is not migrating', () => (groups.status = 'snapshotting'), 'not migrating'],
    [
      'nobody asks for it any more',
      () => migrations.clearCutoverRequest(MIGRATION_ID, { at: 'u', reason: 'r' }),
      'nobody',
    ],
  ])('is backed out, and nothing sent, when %s', async (_, given, reason) => {
    await given();

    expect(await cutOver()).toMatchObject({ outcome: 'backedOut', reason: expect.stringContaining(reason) });
    expect([sent(), await intent()]).toEqual([[], undefined]);
  });

  it('is never carried out without a fence that was asked for', async () => {
    expect(await cutOver({ cutover: { fence: 'acl', drainBudgetMs: 2000 } })).toMatchObject({ outcome: 'backedOut' });
    expect(await cutOver({ cutover: null })).toMatchObject({ outcome: 'backedOut' });
    expect(sent()).toEqual([]);
  });

  it('gives way to an abort', async () => {
    await migrations.requestAct(MIGRATION_ID, 'abort', { at: 't', reason: 'r', by, requestId: 'r' });

    await expect(cutOver()).rejects.toMatchObject({ name: 'AbortRequestedError' });
    expect(sent()).toEqual([]);
  });

  it('takes its note back when ElastiCache answers that it will not', async () => {
    groups.meets('complete', new TargetNotAvailableError('CompleteMigration', 'test', 'busy'));
    expect(await cutOver()).toMatchObject({ outcome: 'backedOut', reason: expect.stringContaining('busy') });
    expect(await intent()).toBeUndefined();
    migrations.records.set(MIGRATION_ID, aRecord({ apiOnly: true, cutover: { requestedAt: 'u', by } }));
    groups.meets('complete', new TargetNotMigratingError('test'));
    await expect(cutOver()).rejects.toMatchObject({ name: 'MigrationEndedElsewhereError' });
  });

  it('leaves its note where nobody knows whether it was taken; the repeat sends it again', async () => {
    groups.meets('complete', new TransientServiceError('CompleteMigration', new Error('reset')));
    await expect(cutOver()).rejects.toMatchObject({ name: 'TransientServiceError' });

    expect(await cutOver()).toMatchObject({ outcome: 'sent' });
    expect(sent()).toEqual(['complete', 'complete']);
    expect(await intent()).toMatchObject({ sends: 2 });
  });
});
