import { beforeEach, describe, expect, it } from 'vitest';
import { makeMakeSafe } from '../../../functions/cutover/make-safe.ts';
import type { StopResult } from '../../../functions/cutover/stop-replication.ts';
import {
  LockLostError,
  TargetNotFoundError,
  TargetRefusedError,
  TransientServiceError,
} from '../../../functions/migration/errors.ts';
import type { Intent } from '../../../functions/migration/lock-ports.ts';
import { FakeClock } from '../support/clock.ts';
import { aFence, FakeFences } from '../support/fences.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aRecord, MIGRATION_ID, taskInput } from '../support/records.ts';

let locks: FakeLocks;
let fences: FakeFences;
let migrations: FakeMigrations;
let done: string[];
let lifting: Error | undefined;
let stopping: Error | StopResult;
beforeEach(async () => {
  locks = new FakeLocks();
  fences = new FakeFences();
  migrations = new FakeMigrations(new FakeClock(), aRecord({ status: 'syncing', phase: 'copying' }));
  done = [];
  lifting = undefined;
  stopping = { outcome: 'stopped', why: 'It is stopped.' };
  await locks.acquire('test', MIGRATION_ID);
  await note('start');
  await locks.closeToIntents('test', 'nobody');
});

const note = (intent: Intent) => locks.intend('test', MIGRATION_ID, intent, { at: 'then', eventsSinceMs: 7 });
const ending = { outcome: 'failed' as const, failure: { error: 'SomeError', cause: 'because' } };
const makeSafe = (isLastTry = false) =>
  makeMakeSafe(
    migrations,
    locks,
    fences,
    async ({ because }) => {
      done.push(`lift: ${because}`);
      if (lifting) throw lifting;
      return 'lifted';
    },
    async () => undefined,
    async ({ reason }) => {
      done.push(`stop: ${reason}`);
      if (stopping instanceof Error) throw stopping;
      return stopping;
    },
  )({ migrationId: MIGRATION_ID, ending, isLastTry });
const transient = new TransientServiceError('INFO', 'no route');

describe('before the point of no return', () => {
  it('the fence is lifted first, then our online migration is stopped', async () => {
    await fences.open(aFence({ phase: 'open' }));

    expect(await makeSafe()).toEqual({ outcome: 'safe', notes: ['The online migration was stopped.'] });
    expect(done).toEqual(['lift: the migration ended: SomeError', 'stop: because']);
  });

  it('a fence that was sealed, and under which nothing was sent, is lifted too', async () => {
    await fences.open(aFence({ phase: 'open' }));
    await fences.advance(MIGRATION_ID, 'attempt-1', { phase: 'sealed' });
    await makeSafe();

    expect(done[0]).toMatch(/^lift/);
  });

  it('nothing is done once a settlement beside this one has recorded the end and given the lock back', async () => {
    await fences.open(aFence({ phase: 'open' }));
    await fences.advance(MIGRATION_ID, 'attempt-1', { phase: 'sealed' });
    await migrations.end(MIGRATION_ID, 'completed', { status: 'completed', statusReason: 'The target is promoted.' });
    await locks.release('test', MIGRATION_ID);

    expect(await makeSafe()).toEqual({ outcome: 'safe', notes: [] });
    expect(done).toEqual([]);
  });

  it('nothing is done to a group that this migration did not start, or whose lock is another’s', async () => {
    await locks.withdraw('test', MIGRATION_ID, 'start');
    expect(await makeSafe()).toEqual({ outcome: 'safe', notes: [] });
    await locks.release('test', MIGRATION_ID);
    await locks.acquire('test', 'next-0123456789ab');
    await locks.intend('test', 'next-0123456789ab', 'start', { at: 't', eventsSinceMs: 1 });

    expect(await makeSafe()).toEqual({ outcome: 'safe', notes: [] });
    expect(done).toEqual([]);
  });

  it.each<[string, StopResult | Error, string[]]>([
    ['was out of migration already', { outcome: 'out', why: 'x' }, ['The replication group is out of migration.']],
    [
      'is somebody else’s',
      { outcome: 'leftAlone', why: 'It follows 10.9.9.9.' },
      ['The online migration was NOT stopped: It follows 10.9.9.9.'],
    ],
    ['is none of ours', { outcome: 'nothing', why: 'x' }, []],
    ['is gone', new TargetNotFoundError('test'), ['The replication group is gone.']],
    [
      'may not be stopped',
      new TargetRefusedError('CompleteMigration', 'test', 'AccessDenied'),
      [expect.stringMatching(/^The online migration was NOT stopped: .*AccessDenied\.$/) as unknown as string],
    ],
    ['has lost its lock', new LockLostError('test', MIGRATION_ID), []],
  ])('it is told what became of a group that %s', async (_, result, notes) => {
    stopping = result;

    expect(await makeSafe()).toEqual({ outcome: 'safe', notes });
  });

  it('what may pass is tried again, and told when it is the last try', async () => {
    await fences.open(aFence({ phase: 'open' }));
    lifting = transient;
    stopping = transient;

    expect(await makeSafe()).toEqual({
      outcome: 'again',
      why: expect.stringMatching(/fence is not lifted.*NOT stopped/),
    });
    expect(await makeSafe(true)).toEqual({
      outcome: 'safe',
      notes: [
        'The fence is not lifted everywhere; it is tried again every minute: INFO: no route.',
        'The online migration was NOT stopped: INFO: no route.',
      ],
    });
  });

  it('the replication is stopped although the fence cannot be lifted yet', async () => {
    await fences.open(aFence({ phase: 'open' }));
    lifting = transient;
    await makeSafe();

    expect(done).toHaveLength(2);
  });

  it('what nobody has thought of is not swallowed', async () => {
    stopping = new TypeError('x is not a function');

    await expect(makeSafe()).rejects.toThrow(TypeError);
  });
});

describe('after the point of no return', () => {
  beforeEach(async () => {
    await fences.open(aFence({ phase: 'open' }));
    await fences.advance(MIGRATION_ID, 'attempt-1', { phase: 'sealed' });
    await note('complete');
  });

  it('nothing is touched, and it is told what was sent', async () => {
    await migrations.update(MIGRATION_ID, { cutoverAttempt: 3, doubtToldOf: 3 });

    expect(await makeSafe()).toMatchObject({
      outcome: 'sent',
      ...taskInput,
      sentAt: 'then',
      eventsSinceMs: 7,
      attempt: 3,
      inDoubt: true,
      promotionBudgetSeconds: null,
      about: { correlationId: 'corr-1', replicationGroupId: 'test' },
    });
    expect(done).toEqual([]);
  });

  it('not even at the last try', async () => {
    expect(await makeSafe(true)).toMatchObject({ outcome: 'sent', inDoubt: false, attempt: 1 });
    expect(done).toEqual([]);
  });

  it('a promotion that was proven is told again, with the same words', async () => {
    const promotion = { evidence: 'the role is master', shards: [] };
    await migrations.update(MIGRATION_ID, { promotedAt: 'p', promotion });

    expect(await makeSafe()).toMatchObject({ outcome: 'promoted', promotedAt: 'p', evidence: promotion.evidence });
  });

  it.each([
    [{ promotedAt: 'p', rolledBackAt: 'r' }, 'The migration was rolled back at r.'],
    [{ unfencedAt: 'u' }, 'The source was unfenced at u.'],
  ])('what an operator did ends it: %j', async (change, note) => {
    await migrations.update(MIGRATION_ID, change);
    if ('unfencedAt' in change) {
      // Of an earlier cutover: the fence of this one stands.
      expect(await makeSafe()).toMatchObject({ outcome: 'sent' });
      await fences.takeOver(MIGRATION_ID, 'operator', 'attempt-1');
      await fences.advance(MIGRATION_ID, 'operator', { phase: 'lifted' });
    }

    expect(await makeSafe()).toEqual({ outcome: 'safe', notes: [note] });
    expect(done).toEqual([]);
  });
});
