import { describe, expect, it } from 'vitest';
import { makeClaimReplicationGroup } from '../../../functions/replication/claim-replication-group.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aRecord, MIGRATION_ID, taskInput } from '../support/records.ts';

const ending = { status: 'failed', statusReason: 'NeverStarted', phase: 'ended' } as const;

describe('the claim of a replication group', () => {
  it('takes the lock, and again when it is repeated', async () => {
    const locks = new FakeLocks();
    const claim = makeClaimReplicationGroup(locks, new FakeMigrations(new FakeClock(), aRecord()));

    expect([await claim(taskInput), await claim(taskInput)]).toEqual([{ epoch: 1 }, { epoch: 1 }]);
    expect(await locks.find('test')).toMatchObject({ owner: MIGRATION_ID });
  });

  it('names the owner to whoever comes too late', async () => {
    const locks = new FakeLocks();
    await locks.acquire('test', 'first-0123456789ab');

    await expect(
      makeClaimReplicationGroup(locks, new FakeMigrations(new FakeClock(), aRecord()))(taskInput),
    ).rejects.toMatchObject({
      name: 'ReplicationGroupLockedError',
      message: expect.stringContaining('first-0123456789ab'),
    });
  });

  it('gives the lock back when settlement has ended the migration before its execution began', async () => {
    const locks = new FakeLocks();
    const migrations = new FakeMigrations(new FakeClock(), aRecord());
    await migrations.end(MIGRATION_ID, 'failed', ending);

    await expect(makeClaimReplicationGroup(locks, migrations)(taskInput)).rejects.toMatchObject({
      name: 'LockLostError',
    });
    expect(await locks.find('test')).toBeUndefined();
  });

  it('sees an end that is written while it takes the lock', async () => {
    const locks = new FakeLocks();
    const migrations = new FakeMigrations(new FakeClock(), aRecord());
    const acquire = locks.acquire.bind(locks);
    locks.acquire = async (...args) => {
      await migrations.end(MIGRATION_ID, 'failed', ending);
      await locks.closeToIntents('test', MIGRATION_ID);
      return acquire(...args);
    };

    await expect(makeClaimReplicationGroup(locks, migrations)(taskInput)).rejects.toMatchObject({
      name: 'LockLostError',
    });
    expect(await locks.find('test')).toBeUndefined();
  });

  it('takes no lock for an execution that nobody accepted', async () => {
    const locks = new FakeLocks();

    await expect(makeClaimReplicationGroup(locks, new FakeMigrations())(taskInput)).rejects.toMatchObject({
      name: 'MigrationNotFoundError',
    });
    expect(await locks.find('test')).toBeUndefined();
  });
});
