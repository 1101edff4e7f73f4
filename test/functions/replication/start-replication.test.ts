import { beforeEach, describe, expect, it } from 'vitest';
import {
  TargetAlreadyMigratingError,
  TargetNotAvailableError,
  TargetNotFoundError,
  TargetRefusedError,
  TransientServiceError,
} from '../../../functions/migration/errors.ts';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { makeRequestAbort } from '../../../functions/migration/request-abort.ts';
import { makeStartReplication } from '../../../functions/replication/start-replication.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeGroups } from '../support/groups.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { SOURCE } from '../support/nodes.ts';
import { aPreflight } from '../support/preflight.ts';
import { aRecord, CALLER, MIGRATION_ID, taskInput } from '../support/records.ts';
import { FakeWorkflow } from '../support/workflow.ts';

let clock: FakeClock;
let groups: FakeGroups;
let locks: FakeLocks;
let migrations: FakeMigrations;
beforeEach(async () => {
  clock = new FakeClock();
  groups = new FakeGroups({ status: 'available' });
  locks = new FakeLocks();
  migrations = new FakeMigrations(clock, aRecord({ preflight: aPreflight() }));
  await locks.acquire('test', MIGRATION_ID);
});

/** Each try has its time. */
const start = () => {
  clock.advance(1000);
  return makeStartReplication(groups, locks, migrations, clock)(taskInput);
};
const lost = new TransientServiceError('StartMigration', 'socket hang up');
const underMigration = new TargetAlreadyMigratingError('test');
const notAvailable = new TargetNotAvailableError('StartMigration', 'test', 'it is snapshotting');
const noted = async () => (await locks.find('test'))?.intents.start;

describe('startReplication', () => {
  it('notes its intent, sends StartMigration to the source once, and says since when', async () => {
    const result = await start();

    expect(result).toEqual({ startedAt: clock.iso(), eventsSinceMs: clock.now() - 60_000 });
    expect(groups.sent).toEqual([{ call: 'start', source: SOURCE }]);
    expect(migrations.record).toMatchObject({ status: 'syncing', phase: 'connecting', startedAt: clock.iso() });
    expect(await noted()).toMatchObject({ at: clock.iso() });
  });

  it('looks for its events behind those that are there before: they are of earlier calls', async () => {
    groups.announce('Start Migration failed for test', clock.now() + 900);

    expect(await start()).toMatchObject({ eventsSinceMs: clock.now() - 99 });
  });

  it('takes a migration that is there for its own when an answer was lost before', async () => {
    groups.meets('start', lost, underMigration);
    await expect(start()).rejects.toBe(lost);
    const firstTry = clock.iso();

    expect(await start()).toMatchObject({ startedAt: firstTry });
    expect(migrations.record).toMatchObject({ status: 'syncing', startedAt: firstTry });
  });

  it('takes a group that is not available any more for its own doing when an answer was lost before', async () => {
    groups.meets('start', lost, notAvailable);
    await expect(start()).rejects.toBe(lost);

    await expect(start()).resolves.toMatchObject({ startedAt: expect.anything() });
  });

  it('leaves a migration alone that is there at the first try: it is somebody else’s', async () => {
    groups.meets('start', underMigration, underMigration);
    await expect(start()).rejects.toBe(underMigration);
    await expect(start()).rejects.toBe(underMigration);

    expect(migrations.record.status).toBe('starting');
  });

  it.each([
    ['under migration', underMigration],
    ['not available', notAvailable],
    ['refused', new TargetRefusedError('StartMigration', 'test', 'InvalidParameterValue')],
    ['not there', new TargetNotFoundError('test')],
  ])('takes its intent back when the group is %s at the first try: nothing was begun', async (_, refusal) => {
    groups.meets('start', refusal);
    await expect(start()).rejects.toBe(refusal);

    expect(await noted()).toBeUndefined();
  });

  it.each([
    ['a transient fault', lost],
    ['an answer that nobody could read', new SyntaxError('Unexpected end of XML')],
  ])('lets its intent stand after %s: nobody knows whether it took effect', async (_, error) => {
    groups.meets('start', error);
    await expect(start()).rejects.toBe(error);

    expect(await noted()).toMatchObject({ at: clock.iso() });
  });

  it('lets its intent stand when only the repeat is refused: the first try may have taken effect', async () => {
    const refused = new TargetRefusedError('StartMigration', 'test', 'AccessDenied');
    groups.meets('start', lost, refused);
    await expect(start()).rejects.toBe(lost);
    await expect(start()).rejects.toBe(refused);

    expect(await noted()).toBeDefined();
  });

  it('does not take a foreign migration for its own because the table failed before anything was sent', async () => {
    const update = migrations.update.bind(migrations);
    migrations.update = async () => {
      throw lost;
    };
    await expect(start()).rejects.toBe(lost);
    migrations.update = update;
    groups.meets('start', underMigration);

    await expect(start()).rejects.toBe(underMigration);
  });

  it('sends nothing without the lock, nor once settlement has begun', async () => {
    await locks.closeToIntents('test', MIGRATION_ID);
    await expect(start()).rejects.toMatchObject({ name: 'LockLostError' });
    await locks.release('test', MIGRATION_ID);
    await expect(start()).rejects.toMatchObject({ name: 'LockLostError' });

    expect(groups.sent).toEqual([]);
  });
});

describe('without a preflight that has passed lately, startReplication', () => {
  const HOUR_MS = 3_600_000;
  const sendsNothing = async (error: object) => {
    await expect(start()).rejects.toMatchObject(error);
    expect(groups.sent).toEqual([]);
  };
  const given = (...records: MigrationRecord[]) => {
    migrations = new FakeMigrations(clock, ...records);
  };
  const { preflight, ...unchecked } = aRecord({ preflight: aPreflight() });
  const dryRun = { ...unchecked, request: { ...unchecked.request, dryRun: true as const }, preflight: aPreflight() };

  it.each<[string, MigrationRecord[], RegExp]>([
    ['there is no record', [], /no record of the migration$/],
    ['none was made', [unchecked], /no preflight was made$/],
    ['it has failed', [{ ...unchecked, preflight: aPreflight({ verdict: 'failed' }) }], /its preflight has failed$/],
    ['a dry run was asked for', [dryRun], /a dry run was asked for$/],
  ])('sends nothing when %s, and notes no intent', async (_, records, message) => {
    given(...records);

    await sendsNothing({
      name: 'PreflightMissingError',
      code: 'preflight-missing',
      message: expect.stringMatching(message),
    });
    expect(await noted()).toBeUndefined();
  });

  it('sends nothing when it is more than an hour old, and notes no intent', async () => {
    clock.advance(HOUR_MS);

    await sendsNothing({
      name: 'PreflightOutdatedError',
      code: 'preflight-outdated',
      message: expect.stringContaining('its preflight is of 2026-01-01T00:00:00.000Z'),
    });
    expect(await noted()).toBeUndefined();
  });

  it('sends nothing when nobody can read of when it is', async () => {
    given({ ...unchecked, preflight: aPreflight({ checkedAt: 'lately' }) });

    await sendsNothing({ name: 'PreflightOutdatedError' });
  });

  it('sends it when it is an hour old', async () => {
    clock.advance(HOUR_MS - 1000);

    await expect(start()).resolves.toMatchObject({ startedAt: clock.iso() });
  });

  it('repeats what it may have sent an hour before', async () => {
    groups.meets('start', lost, underMigration);
    await expect(start()).rejects.toBe(lost);
    const firstTry = clock.iso();
    clock.advance(HOUR_MS);

    expect(await start()).toMatchObject({ startedAt: firstTry });
  });

  it('refuses a repeat in somebody else’s lock for its age like any other', async () => {
    await locks.release('test', MIGRATION_ID);
    await locks.acquire('test', 'somebody-else');
    await locks.intend('test', 'somebody-else', 'start', { at: 'then', eventsSinceMs: 1 });
    clock.advance(HOUR_MS);

    await sendsNothing({ name: 'PreflightOutdatedError' });
  });
});

describe('an abort that meets startReplication', () => {
  const toAbort = { at: 't', reason: 'the wrong source', by: { ...CALLER, at: 't' }, requestId: 'r' };
  const abort = () => makeRequestAbort(migrations, locks, new FakeWorkflow())(MIGRATION_ID, 'the wrong source', CALLER);

  it('before its intent leaves nothing behind', async () => {
    await migrations.requestAct(MIGRATION_ID, 'abort', toAbort);

    await expect(start()).rejects.toMatchObject({ name: 'AbortRequestedError' });
    expect([groups.sent, await noted()]).toEqual([[], undefined]);
  });

  it('between its look and its intent sends nothing: the lock is closed', async () => {
    groups.meets('eventsSince', () => void abort());

    await expect(start()).rejects.toMatchObject({ name: 'LockLostError' });
    expect([groups.sent, await noted()]).toEqual([[], undefined]);
  });

  it('while StartMigration is under way leaves its intent for settlement, which stops what was begun', async () => {
    groups.meets('start', () => void abort());
    await start();

    expect(groups.sent).toMatchObject([{ call: 'start' }]);
    expect(await locks.find('test')).toMatchObject({ closed: true, intents: { start: expect.anything() } });
  });

  it('after an answer was lost leaves the intent, too, and sends it no second time', async () => {
    groups.meets('start', lost);
    await expect(start()).rejects.toBe(lost);
    await abort();

    await expect(start()).rejects.toMatchObject({ name: 'AbortRequestedError' });
    expect(groups.sent).toHaveLength(1);
    expect(await noted()).toBeDefined();
  });
});
