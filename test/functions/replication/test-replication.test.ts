import { beforeEach, describe, expect, it } from 'vitest';
import {
  TargetAlreadyMigratingError,
  TargetNotAvailableError,
  TargetRefusedError,
  TransientServiceError,
} from '../../../functions/migration/errors.ts';
import { makeTestReplication } from '../../../functions/replication/test-replication.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeGroups } from '../support/groups.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { SOURCE } from '../support/nodes.ts';
import { aRecord, CALLER, MIGRATION_ID, taskInput } from '../support/records.ts';

let clock: FakeClock;
let groups: FakeGroups;
let locks: FakeLocks;
let migrations: FakeMigrations;
beforeEach(async () => {
  clock = new FakeClock();
  groups = new FakeGroups({ status: 'available' });
  locks = new FakeLocks();
  migrations = new FakeMigrations(clock, aRecord());
  await locks.acquire('test', MIGRATION_ID);
});

const test = () => {
  clock.advance(1000);
  return makeTestReplication(groups, locks, migrations, clock, {
    verdictSeconds: 600,
    eventGraceSeconds: 60,
    describeMs: 15_000,
  })(taskInput);
};
const TO_ABORT = { at: 't', by: { ...CALLER, at: 't' }, requestId: 'r' };
const says = (message: string, atMs = 0) => clock.after(atMs, () => groups.announce(message, clock.now()));
const turns = (status: string, atMs: number) =>
  clock.after(atMs, () => {
    groups.status = status;
  });
const lost = new TransientServiceError('TestMigration', 'socket hang up');

describe('testReplication', () => {
  it('passes by the event, once the group is available again', async () => {
    turns('modifying', 1100);
    says('Test Migration successful for test', 30_000);
    turns('available', 90_000);

    expect(await test()).toEqual({ verdict: 'passed', detail: 'Test Migration successful for test' });
    expect(clock.now()).toBeGreaterThanOrEqual(Date.parse('2026-01-01T00:01:30.000Z'));
    expect(groups.sent).toEqual([{ call: 'test', source: SOURCE }]);
    expect(migrations.record).toMatchObject({ status: 'testing', replicationTest: { verdict: 'passed' } });
  });

  it('fails by the event, with its words', async () => {
    turns('modifying', 1100);
    says('Test Migration failed for test: protected-mode is on', 20_000);

    await expect(test()).rejects.toMatchObject({
      name: 'ReplicationTestFailedError',
      message: expect.stringContaining('protected-mode is on'),
    });
  });

  it('does not know when the group is available again and no event comes', async () => {
    expect(await test()).toMatchObject({ verdict: 'unknown' });
  });

  it('counts the time for an event anew when the status was only an old one', async () => {
    turns('modifying', 30_000);
    turns('available', 200_000);
    says('Test Migration failed for test', 230_000);

    await expect(test()).rejects.toMatchObject({ name: 'ReplicationTestFailedError' });
  });

  it('is not told anything by events of before', async () => {
    groups.announce('Start Migration failed for test', clock.now());
    groups.announce('Test Migration failed for test', clock.now() + 999);

    expect(await test()).toMatchObject({ verdict: 'unknown' });
  });

  it('gives up when the group does not come back', async () => {
    groups.status = 'modifying';

    await expect(test()).rejects.toMatchObject({
      name: 'TargetNotAvailableError',
      message: expect.stringContaining('600 s later its status is modifying'),
    });
  });

  it('refuses cluster mode before it notes or sends anything', async () => {
    groups.group = { ...groups.group, clusterEnabled: true };

    await expect(test()).rejects.toMatchObject({ name: 'ClusterModeNotSupportedError' });
    expect([groups.sent, (await locks.find('test'))?.intents]).toEqual([[], {}]);
  });

  it.each([
    ['is under migration', new TargetAlreadyMigratingError('test')],
    ['is not available', new TargetNotAvailableError('TestMigration', 'test', 'creating')],
    ['refuses', new TargetRefusedError('TestMigration', 'test', 'TLS')],
  ])('ends at the first try when the group %s', async (_, refusal) => {
    groups.meets('test', refusal);

    await expect(test()).rejects.toBe(refusal);
  });

  it('waits for the verdict of the test that a lost answer had begun', async () => {
    groups.meets('test', lost, new TargetNotAvailableError('TestMigration', 'test', 'modifying'));
    await expect(test()).rejects.toBe(lost);
    says('Test Migration successful for test', 500);

    expect(await test()).toMatchObject({ verdict: 'passed' });
  });

  it('sends nothing without the lock', async () => {
    await locks.release('test', MIGRATION_ID);

    await expect(test()).rejects.toMatchObject({ name: 'LockLostError' });
    expect(groups.sent).toEqual([]);
  });

  it('sends nothing when the abort was requested before, and waits no longer when it comes', async () => {
    await migrations.requestAct(MIGRATION_ID, 'abort', TO_ABORT);
    await expect(test()).rejects.toMatchObject({ name: 'AbortRequestedError' });
    expect(groups.sent).toEqual([]);

    await migrations.forgetAct(MIGRATION_ID, 'abort', 'r');
    groups.status = 'modifying';
    clock.after(31_000, () => migrations.requestAct(MIGRATION_ID, 'abort', TO_ABORT));
    const begunMs = clock.now();
    await expect(test()).rejects.toMatchObject({ name: 'AbortRequestedError' });
    expect(clock.now() - begunMs).toBeLessThan(60_000);
  });

  it('waits on while the API refuses to tell, and asks less often meanwhile', async () => {
    turns('modifying', 1100);
    groups.meets('eventsSince', undefined, ...Array.from({ length: 4 }, () => lost));
    says('Test Migration successful for test', 30_000);
    turns('available', 90_000);

    expect(await test()).toMatchObject({ verdict: 'passed' });
    expect(groups.sent).toHaveLength(1);
    expect(groups.calls.filter((call) => call === 'eventsSince').length).toBeLessThan(12);
  });
});
