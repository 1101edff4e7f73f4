import { beforeEach, describe, expect, it } from 'vitest';
import { makeStopReplication } from '../../../functions/cutover/stop-replication.ts';
import {
  TargetNotAvailableError,
  TargetNotMigratingError,
  TargetRefusedError,
  TransientServiceError,
} from '../../../functions/migration/errors.ts';
import type { Intent } from '../../../functions/migration/ports.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeGroups } from '../support/groups.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aMaster, aReplica, FakeServers, OTHER_ID, unreadable } from '../support/nodes.ts';
import { aRecord, MIGRATION_ID, taskInput } from '../support/records.ts';

let clock: FakeClock;
let groups: FakeGroups;
let servers: FakeServers;
let locks: FakeLocks;
let migrations: FakeMigrations;
beforeEach(async () => {
  clock = new FakeClock();
  groups = new FakeGroups();
  servers = new FakeServers();
  // AWS may follow the source by another address than it was given.
  servers.primary(
    aReplica(
      { status: 'down', syncInProgress: true, followed: { address: 'ip-10-0-0-5.internal', port: 6379 } },
      { replicationId: OTHER_ID },
    ),
  );
  locks = new FakeLocks();
  migrations = new FakeMigrations(clock, aRecord({ status: 'syncing', phase: 'copying' }));
  await locks.acquire('test', MIGRATION_ID);
  await note('start');
  groups.meets('abort', () => becomesFree(40_000));
});

const note = (intent: Intent) => locks.intend('test', MIGRATION_ID, intent, { at: clock.iso(), eventsSinceMs: 1 });
/** What ElastiCache does with the group once it has accepted the call. */
const becomesFree = (afterMs: number) => {
  groups.status = 'modifying';
  clock.after(afterMs / 2, () => servers.primary(aMaster()));
  clock.after(afterMs, () => {
    groups.status = 'available';
  });
};
const stop = (reason?: string) =>
  makeStopReplication(groups, servers.probe, locks, migrations, clock, { describeMs: 15_000, waitSeconds: 240 })({
    ...taskInput,
    ...(reason !== undefined && { reason }),
  });
const sent = () => groups.sent.map(({ call }) => call);
const isClosed = () =>
  note('test').then(
    () => false,
    () => true,
  );

describe('stopReplication', () => {
  it('sends CompleteMigration with Force, once, and comes back when the group is out of migration', async () => {
    const result = await stop('The buffer overflows.');

    expect(result).toEqual({
      stopped: true,
      why: 'The online migration is stopped: the status is available, and 1 of 1 primaries have the role master.',
    });
    expect(sent()).toEqual(['abort']);
    expect(clock.now()).toBe(Date.parse('2026-01-01T00:00:45.000Z'));
    expect(servers.open).toBe(0);
  });

  it('shows what it does, and why', async () => {
    await stop('The buffer overflows.');

    expect(migrations.record).toMatchObject({
      status: 'syncing',
      phase: 'stopping',
      statusReason: 'The online migration is being stopped. The buffer overflows.',
      waitingFor: 'the replication group to be out of migration',
    });
  });

  it('notes its intent and closes the lock before it sends', async () => {
    const before: unknown[] = [];
    groups.meets('abort', () => {
      void locks.find('test').then((lock) => before.push(lock));
      becomesFree(0);
    });
    await stop();

    expect(before).toMatchObject([{ intents: { stop: { at: expect.any(String) } }, closed: true }]);
    expect(await isClosed()).toBe(true);
  });

  it.each<[string, Error]>([
    ['is already on its way', new TargetNotAvailableError('CompleteMigration', 'test', 'it is modifying')],
    ['is over', new TargetNotMigratingError('test')],
  ])('waits when it is refused because the end %s', async (_, refusal) => {
    groups.meets('abort', () => {
      becomesFree(20_000);
      throw refusal;
    });

    expect(await stop()).toMatchObject({ stopped: true });
  });

  it('is sent again while the group stays as it was', async () => {
    groups.meets('abort', undefined, undefined, () => becomesFree(0));

    expect(await stop()).toMatchObject({ stopped: true });
    expect(sent()).toEqual(['abort', 'abort', 'abort']);
  });

  it.each([
    ['there is no such permission', new TargetRefusedError('CompleteMigration', 'test', 'AccessDenied')],
    ['nobody knows whether it took effect', new TransientServiceError('CompleteMigration', 'socket hang up')],
  ])('fails when %s', async (_, error) => {
    groups.meets('abort', error);

    await expect(stop()).rejects.toBe(error);
    expect(servers.open).toBe(0);
  });

  it('gives a repeat the rest of the waiting when the group takes its time', async () => {
    groups.meets('abort', () => becomesFree(600_000));

    await expect(stop()).rejects.toMatchObject({
      name: 'TransientServiceError',
      message: expect.stringMatching(/240 s later the status is modifying, and 0 of 1 primaries have the role master/),
    });
    await expect(stop()).rejects.toMatchObject({ name: 'TransientServiceError' });
    expect(await stop()).toMatchObject({ stopped: true });
    expect(sent()).toEqual(['abort']);
  });
});

describe('a repeat', () => {
  it('after a lost answer finds the group free, and is content', async () => {
    groups.meets('abort', () => {
      becomesFree(0);
      throw new TransientServiceError('CompleteMigration', 'socket hang up');
    });
    await expect(stop()).rejects.toMatchObject({ name: 'TransientServiceError' });

    expect(await stop()).toMatchObject({ stopped: true });
    expect(sent()).toEqual(['abort']);
  });

  it('of a try that died before it sent anything sends it', async () => {
    await note('stop');
    await locks.closeToIntents('test', MIGRATION_ID);

    expect(await stop()).toMatchObject({ stopped: true });
    expect(sent()).toEqual(['abort']);
  });
});

describe('what is left alone', () => {
  const leaves = async (why: RegExp) => {
    const result = await stop();
    expect(result).toEqual({ stopped: false, why: expect.stringMatching(why) });
    expect(sent()).toEqual([]);
    expect(migrations.changes).toEqual([]);
    expect(servers.open).toBe(0);
  };

  it('is a group whose lock is not ours', async () => {
    await locks.release('test', MIGRATION_ID);
    await leaves(/lock is not this migration's/);
    await locks.acquire('test', 'somebody-else');
    await leaves(/lock is not this migration's/);
  });

  it('is a group that this migration did not start', async () => {
    await locks.withdraw('test', MIGRATION_ID, 'start');
    await leaves(/StartMigration was not sent/);
  });

  it('is a cutover: from there is no way back', async () => {
    await note('complete');
    await leaves(/CompleteMigration was sent/);
    expect(await isClosed()).toBe(false);
  });

  it('is a cutover that is sent between the first look and the closing of the lock', async () => {
    const close = locks.closeToIntents.bind(locks);
    locks.closeToIntents = async (group, owner) => {
      await note('complete');
      await close(group, owner);
    };
    await leaves(/CompleteMigration was sent/);
  });

  it('is a group whose settlement has begun', async () => {
    await locks.closeToIntents('test', MIGRATION_ID);
    await leaves(/settlement has begun/i);
  });

  it('is a group that is out of migration already', async () => {
    groups.status = 'available';
    servers.primary(aMaster());
    await leaves(/status is available/);
  });

  it('is a group that is in sync with somebody else', async () => {
    servers.primary(aReplica({ followed: { address: '10.9.9.9', port: 6379 } }, { replicationId: OTHER_ID }));
    await leaves(/follows a history of data that is not the source's/);
  });

  it('is a group of which nobody can tell', async () => {
    groups.status = 'modifying';
    servers.primary(unreadable());
    await leaves(/status is modifying/);
  });
});

describe('what is ours', () => {
  it.each([
    ['by the address that it follows, though the status is an old one', aReplica({ status: 'down' })],
    ['by the replication id', aReplica({ followed: { address: 'somewhere', port: 1 } })],
  ])('is known %s', async (_, primary) => {
    groups.status = 'modifying';
    servers.primary(primary);

    expect(await stop()).toMatchObject({ stopped: true });
    expect(sent()).toContain('abort');
  });

  it('is known by the status where the primary cannot be read', async () => {
    servers.primary(unreadable());

    expect(await stop()).toMatchObject({ stopped: true });
  });
});
