import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeCutOver } from '../../../functions/cutover/cut-over.ts';
import { makeLiftFence } from '../../../functions/cutover/lift-fence.ts';
import {
  TargetNotAvailableError,
  TargetNotMigratingError,
  TargetRefusedError,
  TransientServiceError,
} from '../../../functions/migration/errors.ts';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { makeRequestAbort } from '../../../functions/migration/request-abort.ts';
import type { VerificationEpoch } from '../../../functions/migration/verification.ts';
import { SessionLost } from '../../../functions/preflight/ports.ts';
import { FakeClock } from '../support/clock.ts';
import { aFence, FakeFences } from '../support/fences.ts';
import { FakeGroups } from '../support/groups.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aMaster, aReplica, aSource, FakeServers, OTHER_ID, SOURCE_ID, unreadable } from '../support/nodes.ts';
import { aRecord, CALLER, MIGRATION_ID, taskInput } from '../support/records.ts';
import { FakeSessions } from '../support/sessions.ts';
import { FakeWorkflow } from '../support/workflow.ts';

let clock: FakeClock;
let groups: FakeGroups;
let servers: FakeServers;
let locks: FakeLocks;
let migrations: FakeMigrations;
let fences: FakeFences;
let sessions: FakeSessions;
beforeEach(async () => {
  clock = new FakeClock();
  groups = new FakeGroups();
  servers = new FakeServers();
  locks = new FakeLocks();
  fences = new FakeFences();
  sessions = new FakeSessions(servers.probe);
  migrations = new FakeMigrations(
    clock,
    aRecord({ status: 'awaitingCutover', cutover: { requestedAt: 't' }, taskToken: 'k' }),
  );
  await locks.acquire('test', MIGRATION_ID);
});

const SETTINGS = { pollMs: 1000, actingTaskSeconds: 60, preparingMs: 5000, sealingMs: 5000 };

/** Each try has its time. */
const complete = (epoch?: VerificationEpoch | null) => {
  clock.advance(1000);
  const { open } = sessions;
  const lift = makeLiftFence(open, fences, locks, migrations, clock, randomUUID);
  const world = { groups, probe: servers.probe, open, locks, fences, migrations, lift, clock, newAttempt: randomUUID };
  return makeCutOver(world, SETTINGS)({ ...taskInput, ...(epoch !== undefined && { epoch }) });
};
const noted = async () => (await locks.find('test'))?.intents.complete;
const lost = new TransientServiceError('CompleteMigration', 'socket hang up');
const notMigrating = new TargetNotMigratingError('test');

describe('cutOver', () => {
  it('sends CompleteMigration when every link is in sync, and tells where the shards stood', async () => {
    const result = await complete();

    expect(result).toEqual({
      outcome: 'sent',
      sentAt: clock.iso(),
      eventsSinceMs: clock.now() - 60_000,
      positions: [{ nodeGroupId: '0001', replicationId: SOURCE_ID, sourceOffset: 1000, targetOffset: 1000 }],
    });
    expect(groups.sent).toEqual([{ call: 'complete' }]);
    expect(migrations.record).toMatchObject({ status: 'cuttingOver', phase: 'promoting' });
    expect(servers.open).toBe(0);
  });

  it('has its intent in the lock before it sends', async () => {
    groups.meets('complete', () => undefined);
    const complete1 = groups.complete.bind(groups);
    let before: unknown;
    groups.complete = async () => {
      before = await noted();
      await complete1();
    };
    await complete();

    expect(before).toMatchObject({ at: clock.iso() });
  });

  it.each<[string, Partial<MigrationRecord>]>([
    ['is in doubt', { phase: 'promotionInDoubt', statusReason: 'The promotion is in doubt.' }],
    ['is proven', { phase: 'closing', statusReason: 'The target is promoted.', promotedAt: 't' }],
  ])('says nothing of its call to a migration whose promotion %s by then', async (_, change) => {
    groups.meets('complete', () => migrations.records.set(MIGRATION_ID, { ...migrations.record, ...change }));

    expect(await complete()).toMatchObject({ outcome: 'sent' });
    expect(migrations.record).toMatchObject(change);
  });

  it('does nothing when it was taken for dead, and wakes after the cutover was backed out by its repeat', async () => {
    await migrations.clearCutoverRequest(MIGRATION_ID, { at: 't', reason: 'Not in sync.' });

    expect(await complete()).toMatchObject({
      outcome: 'backedOut',
      reason: expect.stringContaining('nobody asks for it any more'),
    });
    expect([groups.sent, await noted(), await fences.find(MIGRATION_ID)]).toEqual([[], undefined, undefined]);
  });

  it('lets nobody send CompleteMigration any more when it finds that nobody asks for it', async () => {
    await migrations.clearCutoverRequest(MIGRATION_ID, { at: 't', reason: 'Not in sync.' });
    await locks.arm('test', MIGRATION_ID, 'another try');
    await complete();

    const late = locks.intend('test', MIGRATION_ID, 'complete', { at: 't', eventsSinceMs: 0 }, 'another try');
    await expect(late).rejects.toMatchObject({ name: 'LockLostError' });
  });

  it('lifts its fence, and sends nothing, when its repeat backs out while it drains', async () => {
    const advance = fences.advance.bind(fences);
    fences.advance = async (id, attempt, change) => {
      if (change.phase === 'sealed') {
        await migrations.clearCutoverRequest(MIGRATION_ID, { at: 't', reason: 'Not in sync.' });
        await migrations.requestCutover(MIGRATION_ID, { at: 'later', requestId: 'r', by: { by: 'http', at: 'later' } });
      }
      return advance(id, attempt, change);
    };

    expect(await complete()).toMatchObject({ outcome: 'backedOut' });
    expect([groups.sent, await noted()]).toEqual([[], undefined]);
    expect(await fences.find(MIGRATION_ID)).toMatchObject({ phase: 'lifted' });
  });

  describe('of which an operator has unfenced an earlier try', () => {
    const sent = { at: 'sent', eventsSinceMs: 0 };
    /** The earlier try was taken for dead before this one began. */
    const unfenceMeanwhile = () => {
      const advance = fences.advance.bind(fences);
      fences.advance = async (id, attempt, change) => {
        if (change.nodes && change.phase === undefined) {
          await locks.intend('test', MIGRATION_ID, 'complete', sent);
          await migrations.note(MIGRATION_ID, { unfencedAt: clock.iso() });
        }
        return advance(id, attempt, change);
      };
    };

    it('lifts the fence that it has opened itself, whatever was sent under the earlier one', async () => {
      unfenceMeanwhile();
      sessions.meets = (command) => (command.startsWith('CLIENT PAUSE') ? new SessionLost('lost') : undefined);
      await expect(complete()).rejects.toThrow('another try of it has sent CompleteMigration');

      expect(await fences.find(MIGRATION_ID)).toMatchObject({ phase: 'lifted' });
      expect([groups.sent, await noted()]).toEqual([[], expect.objectContaining({ at: 'sent' })]);
    });

    it('does not seal a fence against the operator’s word', async () => {
      unfenceMeanwhile();
      await expect(complete()).rejects.toMatchObject({ name: 'TransientServiceError' });

      expect(migrations.record.backOuts?.at(-1)?.reason).toMatch(/unfenced the source meanwhile/);
      expect(await fences.find(MIGRATION_ID)).toMatchObject({ phase: 'lifted' });
    });

    it('leaves a fence that it opened before it died to the sweeper, who lifts it unless it is sealed by then', async () => {
      await locks.intend('test', MIGRATION_ID, 'complete', sent);
      await fences.open(aFence({ phase: 'open' }));
      const lift = makeLiftFence(sessions.open, fences, locks, migrations, clock, randomUUID);
      const takeOver = fences.takeOver.bind(fences);
      fences.takeOver = async (...args) => {
        await fences.advance(MIGRATION_ID, 'attempt-1', { phase: 'sealed' });
        return takeOver(...args);
      };
      await expect(lift({ migrationId: MIGRATION_ID, because: 'late' })).rejects.toThrow('somebody else');
      expect(await fences.find(MIGRATION_ID)).toMatchObject({ phase: 'sealed' });

      fences = new FakeFences();
      await fences.open(aFence({ phase: 'open' }));
      const again = makeLiftFence(sessions.open, fences, locks, migrations, clock, randomUUID);
      expect(await again({ migrationId: MIGRATION_ID, because: 'late' })).toBe('lifted');
    });

    it('sends nothing again under a fence that is not sealed any more', async () => {
      await locks.intend('test', MIGRATION_ID, 'complete', sent);
      await fences.open(aFence({ phase: 'open' }));
      await fences.takeOver(MIGRATION_ID, 'lifter', 'attempt-1');

      expect(await complete()).toMatchObject({ outcome: 'sent', sentAt: 'sent' });
      expect([groups.sent, await noted()]).toEqual([[], expect.objectContaining({ sends: 1 })]);
    });
  });

  it('is not backed out when another try has sent CompleteMigration meanwhile: its repeat tells', async () => {
    servers.primary(aReplica({}, { offset: 10 }));
    const clear = migrations.clearCutoverRequest.bind(migrations);
    migrations.clearCutoverRequest = async (id, backOut) => {
      await clear(id, backOut);
      await locks.intend('test', MIGRATION_ID, 'complete', { at: 't', eventsSinceMs: 0 });
    };

    await expect(complete()).rejects.toThrow('another try of it has sent CompleteMigration');
    expect(await complete()).toMatchObject({ outcome: 'sent', sentAt: 't' });
  });

  it.each([
    ['still modifying', 'modifying', 14_000],
    ['still available, in an answer from before the start', 'available', 5_000],
  ])('waits for a group that is %s', async (_, status, forMs) => {
    const untilMs = clock.now() + 1000 + forMs;
    const describe = groups.describe.bind(groups);
    groups.describe = async () => ({ ...(await describe()), ...(clock.now() < untilMs && { status }) });

    expect(await complete()).toMatchObject({ outcome: 'sent' });
  });

  it.each(['modifying', 'available', 'snapshotting'])('backs out when the group stays %s', async (status) => {
    groups.group = { ...groups.group, status };

    expect(await complete()).toMatchObject({ outcome: 'backedOut', reason: expect.stringContaining(`is ${status}, `) });
    expect([groups.sent, await noted()]).toEqual([[], undefined]);
  });

  it('gives a link ten looks to be in sync', async () => {
    let looks = 0;
    servers.primary(() => aReplica({}, { offset: ++looks < 9 ? 10 : 1000 }));

    expect(await complete()).toMatchObject({ outcome: 'sent' });
  });

  it.each([
    ['is behind', aReplica({}, { offset: 10 }), /still to be applied/],
    ['has its link down', aReplica({ status: 'down' }), /is down/],
    ['follows nobody', aMaster(), /does not replicate/],
    ['has other data', aReplica({}, { replicationId: OTHER_ID }), /replication id/],
    ['cannot be read', unreadable(), /cannot be read/],
  ])('backs out, with nothing sent and nothing noted, when the primary %s', async (_, primary, reason) => {
    servers.primary(primary);
    const result = await complete();

    expect(result).toMatchObject({ outcome: 'backedOut', reason: expect.stringMatching(reason) });
    expect([groups.sent, await noted()]).toEqual([[], undefined]);
    expect(migrations.record).toMatchObject({ status: 'syncing', statusReason: expect.stringMatching(reason) });
    expect(migrations.record).not.toHaveProperty('cutover');
    expect(servers.open).toBe(0);
  });

  const EPOCH = { replicationId: SOURCE_ID, runId: 'run-1', fullSyncs: 2 };
  const sourceOf = (change: { runId?: string; fullSyncs?: number }) =>
    aSource({ counters: { runId: 'run-1', fullSyncs: 2, ...change } });

  it.each([
    ['another replication id', { ...EPOCH, replicationId: OTHER_ID }, {}, /replication id is a+, and was b+/],
    ['a restart', EPOCH, { runId: 'run-2', fullSyncs: 2 }, /was restarted/],
    ['another full sync', EPOCH, { fullSyncs: 3 }, /sync_full is 3, and was 2/],
    ['counts that began anew', EPOCH, { fullSyncs: 0 }, /sync_full is 0, and was 2/],
  ])('backs out, to verify again, when the source shows %s since it was verified', async (_, epoch, now, reason) => {
    servers.source(sourceOf(now));
    const result = await complete(epoch);

    expect(result).toMatchObject({ outcome: 'backedOut', reason: expect.stringMatching(reason), verifyAgain: true });
    expect([groups.sent, await noted()]).toEqual([[], undefined]);
    expect(migrations.record).toMatchObject({ status: 'syncing', statusReason: expect.stringMatching(reason) });
  });

  it.each([
    ['is as it was verified', EPOCH],
    ['was not verified', null],
  ])('sends when the source %s', async (_, epoch) => {
    servers.source(sourceOf({}));

    expect(await complete(epoch)).toMatchObject({ outcome: 'sent' });
  });

  it('keeps the verification when it backs out of a link that is behind', async () => {
    servers.primary(aReplica({}, { offset: 10 }));

    expect(await complete(EPOCH)).not.toHaveProperty('verifyAgain');
  });

  it('backs out when the source cannot be read', async () => {
    servers.source(unreadable());

    expect(await complete()).toMatchObject({ outcome: 'backedOut' });
  });

  it('does not take a group that shows no nodes for one that is in sync', async () => {
    groups.group = { ...groups.group, nodeGroups: [] };

    await expect(complete()).rejects.toMatchObject({ name: 'TransientServiceError' });
    expect(groups.sent).toEqual([]);
  });

  it('sends nothing without the lock, nor once settlement has begun', async () => {
    await locks.closeToIntents('test', MIGRATION_ID);
    await expect(complete()).rejects.toMatchObject({ name: 'LockLostError' });
    await locks.release('test', MIGRATION_ID);
    await locks.acquire('test', 'other-0123456789ab');
    await locks.intend('test', 'other-0123456789ab', 'complete', { at: 't', eventsSinceMs: 0 });
    await expect(complete()).rejects.toMatchObject({ name: 'LockLostError' });

    expect(groups.sent).toEqual([]);
  });

  it.each([
    ['there is nothing to complete any more', notMigrating],
    ['the group is at it', new TargetNotAvailableError('CompleteMigration', 'test', 'modifying')],
    ['the call is taken again', undefined],
  ])('repeats the call after a lost answer without judging links that may be gone: %s', async (_, answer) => {
    groups.meets('complete', lost, answer);
    await expect(complete()).rejects.toBe(lost);
    const first = clock.iso();
    servers.primary(aMaster());

    expect(await complete()).toMatchObject({ outcome: 'sent', sentAt: first });
    expect(await noted()).toMatchObject({ at: first });
  });

  it('was ended by somebody else when there is nothing to complete at the first try', async () => {
    groups.meets('complete', notMigrating);

    await expect(complete()).rejects.toMatchObject({ name: 'MigrationEndedElsewhereError' });
    expect(await noted()).toBeUndefined();
  });

  it('backs out when the group is busy at the first try', async () => {
    groups.meets('complete', new TargetNotAvailableError('CompleteMigration', 'test', 'snapshotting'));

    expect(await complete()).toMatchObject({ outcome: 'backedOut', reason: expect.stringContaining('snapshotting') });
    expect(await noted()).toBeUndefined();
  });

  it('takes its intent back when it is refused at the first try, and only then', async () => {
    const refused = new TargetRefusedError('CompleteMigration', 'test', 'AccessDenied');
    groups.meets('complete', refused);
    await expect(complete()).rejects.toBe(refused);
    expect(await noted()).toBeUndefined();

    groups.meets('complete', lost, refused);
    await expect(complete()).rejects.toBe(lost);
    await expect(complete()).rejects.toBe(refused);
    expect(await noted()).toBeDefined();
  });

  it('looks at the links again when it failed before it noted its intent', async () => {
    const update = migrations.update.bind(migrations);
    let updates = 0;
    migrations.update = async (...args) => {
      if (++updates === 2) throw lost;
      return update(...args);
    };
    await expect(complete()).rejects.toBe(lost);
    servers.source(aSource({ offset: 9999 }));

    expect(await complete()).toMatchObject({ outcome: 'backedOut' });
    expect(groups.sent).toEqual([]);
  });
});

describe('an abort that meets cutOver', () => {
  const abort = () => makeRequestAbort(migrations, locks, new FakeWorkflow())(MIGRATION_ID, 'the wrong source', CALLER);

  it('before it touches anything leaves the source alone', async () => {
    await abort();

    await expect(complete()).rejects.toMatchObject({ name: 'AbortRequestedError' });
    expect([groups.sent, await noted(), await fences.find(MIGRATION_ID)]).toEqual([[], undefined, undefined]);
  });

  it('under the sealed fence lets nothing be sent, and the fence is lifted', async () => {
    const advance = fences.advance.bind(fences);
    fences.advance = async (...args) => {
      if (args[2].phase === 'sealed') await abort();
      return advance(...args);
    };

    await expect(complete()).rejects.toMatchObject({ name: 'AbortRequestedError' });
    expect([groups.sent, await noted()]).toEqual([[], undefined]);
    expect(await fences.find(MIGRATION_ID)).toMatchObject({ phase: 'lifted' });
  });

  it('after its last look finds the lock closed, or is refused itself', async () => {
    const intend = locks.intend.bind(locks);
    locks.intend = async (...args) => {
      await abort();
      return intend(...args);
    };
    await expect(complete()).rejects.toMatchObject({ name: 'LockLostError' });
    expect([groups.sent, await noted()]).toEqual([[], undefined]);
    expect(await fences.find(MIGRATION_ID)).toMatchObject({ phase: 'lifted' });
  });

  it('that came too late and has not been taken back yet does not keep a repeat from sending', async () => {
    groups.meets('complete', lost);
    await expect(complete()).rejects.toMatchObject({ name: 'TransientServiceError' });
    await migrations.requestAct(MIGRATION_ID, 'abort', { at: 't', by: { ...CALLER, at: 't' }, requestId: 'r' });

    expect(await complete()).toMatchObject({ outcome: 'sent' });
    expect(groups.sent).toHaveLength(2);
  });
});
