import { beforeEach, describe, expect, it } from 'vitest';
import { stopByNodes } from '../../../functions/cutover/stop-look.ts';
import { makeStopReplication } from '../../../functions/cutover/stop-replication.ts';
import {
  TargetNotAvailableError,
  TargetNotMigratingError,
  TargetRefusedError,
  TransientServiceError,
} from '../../../functions/migration/errors.ts';
import type { Intent } from '../../../functions/migration/lock-ports.ts';
import type { Reading } from '../../../functions/replication/shard-link.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeGroups } from '../support/groups.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aMaster, aReplica, FakeServers, NO_ID, OTHER_ID, SOURCE, SOURCE_ID, unreadable } from '../support/nodes.ts';
import { aRecord, MIGRATION_ID, taskInput } from '../support/records.ts';

/** In the full sync the replication id is still an old one. */
const copyingFrom = (address: string) =>
  aReplica({ status: 'down', syncInProgress: true, followed: { address, port: 6379 } }, { replicationId: OTHER_ID });
const OURS_COPYING = copyingFrom(SOURCE.address);
const THEIRS_COPYING = copyingFrom('10.9.9.9');
/** AWS may follow the source by another address than it was given. */
const NAME_COPYING = copyingFrom('ip-10-0-0-5.internal');

let clock: FakeClock;
let groups: FakeGroups;
let servers: FakeServers;
let locks: FakeLocks;
let migrations: FakeMigrations;
beforeEach(async () => {
  clock = new FakeClock();
  groups = new FakeGroups();
  servers = new FakeServers();
  servers.primary(NAME_COPYING);
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
const settings = { describeMs: 15_000, waitSeconds: 240, startGraceSeconds: 60, knownSeconds: 300 };
const stop = (reason?: string) =>
  makeStopReplication(
    groups,
    stopByNodes(groups, servers.probe, clock),
    locks,
    migrations,
    clock,
    settings,
  )({
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
      outcome: 'stopped',
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

    expect(await stop()).toMatchObject({ outcome: 'stopped' });
  });

  it('is sent again while the primary follows our source as before', async () => {
    servers.primary(OURS_COPYING);
    groups.meets('abort', undefined, undefined, () => becomesFree(0));

    expect(await stop()).toMatchObject({ outcome: 'stopped' });
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
    expect(await stop()).toMatchObject({ outcome: 'stopped' });
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

    expect(await stop()).toMatchObject({ outcome: 'stopped' });
    expect(sent()).toEqual(['abort']);
  });

  const firstTryDied = async () => {
    await note('stop');
    await locks.closeToIntents('test', MIGRATION_ID);
  };
  /** Ours was ended, and the group was seen on its own; only the answer was lost. */
  const firstTryDiedAfterTheEnd = async () => {
    expect(await stop()).toMatchObject({ outcome: 'stopped' });
  };
  const somebodyStarts = (primary: Reading) => {
    groups.status = 'migrating';
    servers.primary(primary);
  };
  const leftAlone = async (why: RegExp) => {
    const before = sent();
    expect(await stop()).toEqual({ outcome: 'leftAlone', why: expect.stringMatching(why) });
    expect(sent()).toEqual(before);
  };

  it('of a try that died before it sent anything sends it while the primary follows our source', async () => {
    servers.primary(OURS_COPYING);
    await firstTryDied();

    expect(await stop()).toMatchObject({ outcome: 'stopped' });
    expect(sent()).toEqual(['abort']);
  });

  it.each([
    ['does not answer', unreadable()],
    ['follows a name that may be anybody', NAME_COPYING],
    ['follows a proxy on its own node', copyingFrom('127.0.0.1')],
  ])('waits to its end where the primary %s, and sends nothing', async (_, primary) => {
    await firstTryDied();
    somebodyStarts(primary);

    await leftAlone(/^Nothing shows whose migration runs on the group, and it is left alone: the status is migrating/);
    expect(clock.now()).toBe(Date.parse('2026-01-01T00:04:00.000Z'));
  });

  it('sends it once a primary that did not answer turns out to follow our source', async () => {
    await firstTryDied();
    servers.primary(unreadable());
    clock.after(60_000, () => servers.primary(OURS_COPYING));

    expect(await stop()).toMatchObject({ outcome: 'stopped' });
    expect(sent()).toEqual(['abort']);
  });

  it('leaves the full sync of somebody else’s migration alone that was begun after ours was ended', async () => {
    groups.meets('abort', () => {
      groups.status = 'modifying';
      clock.sleep = () => Promise.reject(new Error('the function dies'));
    });
    await expect(stop()).rejects.toThrow('the function dies');
    clock.sleep = FakeClock.prototype.sleep.bind(clock);
    expect((await locks.find('test'))?.intents.stop).toMatchObject({ sentAt: expect.any(String) });
    somebodyStarts(THEIRS_COPYING);

    await leftAlone(/^The primary follows 10\.9\.9\.9:6379\.$/);
  });

  it('leaves even a migration from our source alone once the group was out of ours', async () => {
    await firstTryDiedAfterTheEnd();
    somebodyStarts(OURS_COPYING);

    await leftAlone(/^The group was out of migration at 2026-01-01T00:00:\S+, and what runs on it now is left alone/);
  });

  it('says that ours is stopped where it saw that, although somebody else’s runs by now', async () => {
    await firstTryDiedAfterTheEnd();
    somebodyStarts(THEIRS_COPYING);

    expect(await stop()).toEqual({ outcome: 'stopped', why: 'The primary follows 10.9.9.9:6379.' });
    expect(sent()).toEqual(['abort']);
  });
});

describe('between two looks of one try', () => {
  const somebodyStarts = (primary: Reading) => {
    groups.status = 'migrating';
    servers.primary(primary);
  };

  it.each([
    ['that shows where it comes from', THEIRS_COPYING, /^The primary follows 10\.9\.9\.9:6379/],
    ['that does not show it', NAME_COPYING, /^ElastiCache took the call at 2026\S+; since then nothing shows whose/],
    ['whose primary does not answer', unreadable(), /since then nothing shows whose/],
  ])('somebody else’s migration %s is not disturbed', async (_, primary, why) => {
    groups.meets('abort', () => clock.after(10_000, () => somebodyStarts(primary)));

    expect(await stop()).toEqual({ outcome: 'leftAlone', why: expect.stringMatching(why) });
    expect(sent()).toEqual(['abort']);
  });

  it('a migration from our source is not ended when the group was seen on its own before', async () => {
    groups.meets('abort', () => {
      groups.status = 'modifying';
      servers.primary(aMaster());
      clock.after(20_000, () => somebodyStarts(OURS_COPYING));
    });

    expect(await stop()).toMatchObject({ outcome: 'leftAlone', why: expect.stringMatching(/was out of migration at/) });
    expect(sent()).toEqual(['abort']);
  });

  it('a migration from our source is not ended when ElastiCache said before that there was none', async () => {
    groups.meets('abort', () => {
      clock.after(10_000, () => somebodyStarts(OURS_COPYING));
      throw new TargetNotMigratingError('test');
    });

    expect(await stop()).toMatchObject({ outcome: 'leftAlone', why: expect.stringMatching(/was out of migration at/) });
    expect(sent()).toEqual(['abort']);
  });

  it('nothing more is done once the lock is gone', async () => {
    groups.meets('abort', () => void locks.release('test', MIGRATION_ID));

    await expect(stop()).rejects.toMatchObject({ name: 'LockLostError' });
    expect(sent()).toEqual(['abort']);
  });
});

describe('what is left alone', () => {
  const leaves = async (why: RegExp, outcome = 'leftAlone') => {
    const result = await stop();
    expect(result).toEqual({ outcome, why: expect.stringMatching(why) });
    expect(sent()).toEqual([]);
    expect(migrations.changes).toEqual([]);
    expect(servers.open).toBe(0);
  };

  it('is a group whose lock is not ours', async () => {
    await locks.release('test', MIGRATION_ID);
    await leaves(/lock is not this migration's/, 'nothing');
    await locks.acquire('test', 'somebody-else');
    await leaves(/lock is not this migration's/, 'nothing');
  });

  it('is a group that this migration did not start', async () => {
    await locks.withdraw('test', MIGRATION_ID, 'start');
    await leaves(/StartMigration was not sent/, 'nothing');
  });

  it('is a cutover: from there is no way back', async () => {
    await note('complete');
    await leaves(/CompleteMigration was sent/, 'nothing');
    expect(await isClosed()).toBe(false);
  });

  it('is a cutover that is sent between the first look and the closing of the lock', async () => {
    const close = locks.closeToIntents.bind(locks);
    locks.closeToIntents = async (group, owner) => {
      await note('complete');
      await close(group, owner);
    };
    await leaves(/CompleteMigration was sent/, 'nothing');
  });

  it('is a group that is out of migration already', async () => {
    groups.status = 'available';
    servers.primary(aMaster());
    await leaves(/status is available/, 'out');
  });

  it.each([
    ['that copies from another address', THEIRS_COPYING, /primary follows 10\.9\.9\.9:6379/],
    [
      'that copies from another port of the same host',
      aReplica({ status: 'down', followed: { ...SOURCE, port: 6380 } }),
      /primary follows 10\.0\.0\.5:6380/,
    ],
    [
      'that follows a replica of our source: the history is the same',
      aReplica({ followed: { address: '10.9.9.9', port: 6379 } }),
      /primary follows 10\.9\.9\.9:6379/,
    ],
    [
      'that is in sync with somebody else by a name',
      aReplica({ followed: { address: 'somewhere', port: 6379 } }, { replicationId: OTHER_ID }),
      /follows a history of data that is not the source's/,
    ],
  ])('is a group %s', async (_, primary, why) => {
    servers.primary(primary);
    await leaves(why);
  });

  it.each([
    ['does not answer', unreadable()],
    ['follows a name that may be anybody', NAME_COPYING],
  ])('is a group that was not seen for long, where the primary %s', async (_, primary) => {
    servers.primary(primary);
    clock.advance(301_000);
    await leaves(/^Nothing shows whose migration runs on the group/);
  });

  it('is none of which nobody can tell: a repeat looks again', async () => {
    groups.status = 'modifying';
    servers.primary(unreadable());

    await expect(stop()).rejects.toMatchObject({ name: 'TransientServiceError' });
    expect(sent()).toEqual([]);
  });
});

describe('a StartMigration in flight', () => {
  beforeEach(() => {
    groups.status = 'available';
    servers.primary(aMaster());
  });

  it('leaves no orphan: the group is looked at until what was to begin has begun, and that is ended', async () => {
    clock.after(20_000, () => {
      groups.status = 'modifying';
    });
    clock.after(50_000, () => {
      groups.status = 'migrating';
      servers.primary(OURS_COPYING);
    });

    expect(await stop()).toMatchObject({ outcome: 'stopped' });
    expect(sent()).toEqual(['abort']);
    expect((await locks.find('test'))?.intents.stop).toMatchObject({ sentAt: expect.any(String) });
  });

  it('leaves none either when it takes minutes, over several tries', async () => {
    groups.status = 'modifying';
    clock.after(400_000, () => {
      groups.status = 'migrating';
      servers.primary(OURS_COPYING);
    });

    await expect(stop()).rejects.toMatchObject({ name: 'TransientServiceError' });
    expect(await stop()).toMatchObject({ outcome: 'stopped' });
    expect(sent()).toEqual(['abort']);
  });

  it('that was never sent is over a minute later', async () => {
    expect(await stop()).toMatchObject({ outcome: 'out' });
    expect(clock.now()).toBeGreaterThanOrEqual(Date.parse('2026-01-01T00:01:00.000Z'));
  });
});

describe('what is ours', () => {
  it.each([
    ['by the address that it follows, though the status is an old one', aReplica({ status: 'down' })],
    [
      'by the address in another spelling',
      aReplica({ status: 'down', followed: { address: '::ffff:10.0.0.5', port: 6379 } }),
    ],
    ['by the replication id', aReplica({ followed: { address: 'somewhere', port: 6379 } })],
  ])('is known %s', async (_, primary) => {
    groups.status = 'modifying';
    servers.primary(primary);

    expect(await stop()).toMatchObject({ outcome: 'stopped' });
    expect(sent()).toContain('abort');
  });

  it.each([
    ['cannot be read', unreadable()],
    [
      'died and came back empty, and follows nobody',
      aMaster({ previousReplicationId: NO_ID, previousIdUpToOffset: -1 }),
    ],
  ])('is known at the very first look by the status where the primary %s', async (_, primary) => {
    servers.primary(primary);

    expect(await stop()).toMatchObject({ outcome: 'stopped' });
    expect(sent()).toEqual(['abort']);
  });

  it('is not what somebody has promoted by hand, while the status still is an old one', async () => {
    servers.primary(aMaster({ previousReplicationId: SOURCE_ID, previousIdUpToOffset: 1001 }));
    clock.after(20_000, () => {
      groups.status = 'available';
    });

    expect(await stop()).toMatchObject({ outcome: 'out' });
    expect(sent()).toEqual([]);
  });

  it('is not known by the status of a group that is on its own and was not seen for long', async () => {
    servers.primary(aMaster());
    clock.advance(301_000);

    await expect(stop()).rejects.toMatchObject({ name: 'TransientServiceError' });
    expect(sent()).toEqual([]);
  });
});
