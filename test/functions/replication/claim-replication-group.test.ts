import { beforeEach, describe, expect, it } from 'vitest';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { makeClaimReplicationGroup } from '../../../functions/replication/claim-replication-group.ts';
import { FakeClock } from '../support/clock.ts';
import { aFence, FakeFences } from '../support/fences.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aRecord, MIGRATION_ID, taskInput } from '../support/records.ts';

const FIRST = 'first-0123456789ab';

let clock: FakeClock;
let locks: FakeLocks;
let fences: FakeFences;
let migrations: FakeMigrations;
beforeEach(() => {
  [clock, locks, fences] = [new FakeClock(), new FakeLocks(), new FakeFences()];
  migrations = new FakeMigrations(clock, aRecord());
});
const claim = () => makeClaimReplicationGroup(locks, fences, migrations, clock)(taskInput);

const ending = { status: 'failed', statusReason: 'NeverStarted', phase: 'ended' } as const;

describe('the claim of a replication group', () => {
  it('takes the lock, and again when it is repeated', async () => {
    expect([await claim(), await claim()]).toEqual([{ epoch: 1 }, { epoch: 1 }]);
    expect(await locks.find('test')).toMatchObject({ owner: MIGRATION_ID });
  });

  it('names the owner to whoever comes too late', async () => {
    await locks.acquire('test', FIRST);

    await expect(claim()).rejects.toMatchObject({
      name: 'ReplicationGroupLockedError',
      message: expect.stringContaining(FIRST),
    });
  });

  describe('that an ended migration has left', () => {
    const given = async (change: Partial<MigrationRecord> = {}, phase: 'lifting' | 'lifted' = 'lifted') => {
      const { unsettled, ...first } = aRecord({ migrationId: FIRST, status: 'aborted', outcome: 'aborted', ...change });
      migrations.records.set(FIRST, { ...first, ...('unsettled' in change && { unsettled: true }) });
      await locks.acquire('test', FIRST);
      await fences.open(aFence({ migrationId: FIRST, phase: 'open' }));
      await fences.takeOver(FIRST, 'lifter', 'attempt-1');
      if (phase === 'lifted') await fences.advance(FIRST, 'lifter', { phase, liftedAt: clock.iso() });
    };

    it('takes it away once its fence was lifted for so long that nobody gives it back any more', async () => {
      await given();
      clock.advance(600_001);

      expect(await claim()).toEqual({ epoch: 2 });
      expect(await locks.find('test')).toMatchObject({ owner: MIGRATION_ID });
    });

    it.each<[string, Partial<MigrationRecord>, 'lifting' | 'lifted', number]>([
      ['was lifted just now', {}, 'lifted', 600_000],
      ['is not lifted', {}, 'lifting', 9e9],
      ['is lifted while an act is carried out', { pendingAct: { act: 'unfence', at: 't' } }, 'lifted', 9e9],
      ['is lifted while its end is settled', { unsettled: true }, 'lifted', 9e9],
    ])('leaves it where its fence %s', async (_, change, phase, afterMs) => {
      await given(change, phase);
      clock.advance(afterMs);

      await expect(claim()).rejects.toMatchObject({ name: 'ReplicationGroupLockedError' });
      expect(await locks.find('test')).toMatchObject({ owner: FIRST });
    });

    it('never takes one away from a migration that runs', async () => {
      await given({ status: 'syncing', outcome: undefined as never });
      clock.advance(9e9);

      await expect(claim()).rejects.toMatchObject({ name: 'ReplicationGroupLockedError' });
    });
  });

  it('gives the lock back when settlement has ended the migration before its execution began', async () => {
    await migrations.end(MIGRATION_ID, 'failed', ending);

    await expect(claim()).rejects.toMatchObject({
      name: 'LockLostError',
    });
    expect(await locks.find('test')).toBeUndefined();
  });

  it('sees an end that is written while it takes the lock', async () => {
    const acquire = locks.acquire.bind(locks);
    locks.acquire = async (...args) => {
      await migrations.end(MIGRATION_ID, 'failed', ending);
      await locks.closeToIntents('test', MIGRATION_ID);
      return acquire(...args);
    };

    await expect(claim()).rejects.toMatchObject({
      name: 'LockLostError',
    });
    expect(await locks.find('test')).toBeUndefined();
  });

  it('takes no lock for an execution that nobody accepted', async () => {
    migrations = new FakeMigrations();

    await expect(claim()).rejects.toMatchObject({
      name: 'MigrationNotFoundError',
    });
    expect(await locks.find('test')).toBeUndefined();
  });
});
