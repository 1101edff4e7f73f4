import { beforeEach, describe, expect, it } from 'vitest';
import { makeWatchPromotion, type WatchPromotionInput } from '../../../functions/cutover/watch-promotion.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeGroups } from '../support/groups.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aMaster, aReplica, FakeServers, OTHER_ID, SOURCE_ID, unreadable } from '../support/nodes.ts';
import { aRecord, MIGRATION_ID, taskInput } from '../support/records.ts';

let clock: FakeClock;
let groups: FakeGroups;
let servers: FakeServers;
let locks: FakeLocks;
let migrations: FakeMigrations;
let startMs: number;
beforeEach(async () => {
  clock = new FakeClock();
  startMs = clock.now();
  groups = new FakeGroups();
  servers = new FakeServers();
  locks = new FakeLocks();
  migrations = new FakeMigrations(clock, aRecord({ status: 'cuttingOver', phase: 'promoting', taskToken: 'k' }));
  await locks.acquire('test', MIGRATION_ID);
  await locks.intend('test', MIGRATION_ID, 'complete', { at: clock.iso(), eventsSinceMs: startMs });
});

const settings = { pollMs: 1000, describeMs: 15_000, watchSeconds: 480, promotionBudgetSeconds: 1800 };
const watch = (input: Partial<WatchPromotionInput> = {}) =>
  makeWatchPromotion(
    groups,
    servers.probe,
    locks,
    migrations,
    clock,
    settings,
  )({
    ...taskInput,
    sentAt: new Date(startMs).toISOString(),
    eventsSinceMs: startMs,
    stage: 'promotion',
    inDoubt: false,
    ...input,
  });
const closing = (input: Partial<WatchPromotionInput> = {}) => watch({ stage: 'closing', ...input });
const elapsedMs = () => clock.now() - startMs;
const promoted = aMaster({ previousReplicationId: SOURCE_ID, previousIdUpToOffset: 1001 });

describe('the watch over a promotion', () => {
  it('is over when the node itself says so, before the status does, with what proves it', async () => {
    servers.primary(() => (elapsedMs() < 7000 ? aReplica() : promoted));
    const result = await watch();

    expect(result).toEqual({
      outcome: 'promoted',
      promotedAt: clock.iso(),
      evidence: '1 of 1 primaries have the role master, the status is migrating',
      shards: [
        {
          nodeGroupId: '0001',
          primary: { address: 'test-001.test', port: 6379 },
          replicationId: OTHER_ID,
          previousReplicationId: SOURCE_ID,
          continuesUpToOffset: 1001,
        },
      ],
    });
    expect(migrations.record).toMatchObject({ status: 'promoted', phase: 'closing', promotedAt: clock.iso() });
    expect(servers.open).toBe(0);
  });

  it('never takes `available` for success by itself, nor with an event, while the primary replicates', async () => {
    groups.status = 'available';
    groups.announce('Complete Migration successful for test', startMs + 1);

    expect(await watch()).toMatchObject({ outcome: 'turn' });
    expect(migrations.record.status).toBe('cuttingOver');
  });

  it('backs out when ElastiCache refuses: the intent is taken back and the request with its token', async () => {
    groups.announce('Complete Migration failed for test: data is not in sync', startMs + 5000);

    expect(await watch()).toEqual({
      outcome: 'backedOut',
      reason: 'ElastiCache reports: Complete Migration failed for test: data is not in sync',
      eventsSinceMs: startMs + 5001,
    });
    expect((await locks.find('test'))?.intents).toEqual({});
    expect(migrations.record).toMatchObject({ status: 'syncing' });
    expect(migrations.record).not.toHaveProperty('taskToken');
  });

  it('does not take the refusal of an earlier cutover for one of this', async () => {
    groups.announce('Complete Migration failed for test: data is not in sync', startMs - 1);

    expect(await watch()).toMatchObject({ outcome: 'turn' });
    expect((await locks.find('test'))?.intents).toHaveProperty('complete');
  });

  it('has failed when ElastiCache is done, reports a failure, and the primary is alone', async () => {
    servers.primary(promoted);
    groups.status = 'available';
    groups.announce('Migration operation failed for replication group test.', startMs + 1);

    await expect(watch()).rejects.toMatchObject({ name: 'PromotionFailedError' });
    expect(servers.open).toBe(0);
  });

  it('is in doubt after its budget, and says so once', async () => {
    clock.advance(1_795_000);
    const first = await watch();
    expect(first).toMatchObject({ outcome: 'inDoubt', evidence: expect.stringContaining('0 of 1 primaries') });
    expect(elapsedMs()).toBeGreaterThanOrEqual(1_800_000);
    expect(migrations.record).toMatchObject({ status: 'cuttingOver', phase: 'promotionInDoubt' });

    expect(await watch({ inDoubt: true })).toMatchObject({ outcome: 'turn' });
  });

  it('is proven also after it was in doubt', async () => {
    clock.advance(2_000_000);
    servers.primary(promoted);

    expect(await watch({ inDoubt: true })).toMatchObject({ outcome: 'promoted' });
  });

  it('goes on while nobody can read the primary, and says that', async () => {
    servers.primary(unreadable());
    groups.status = 'available';
    groups.announce('Complete Migration successful for test', startMs + 1);

    expect(await watch()).toMatchObject({ outcome: 'turn', evidence: expect.stringContaining('1 cannot be read') });
  });
});

describe('the watch until the group is whole', () => {
  beforeEach(() => {
    servers.primary(promoted);
  });

  it('is over when every replica follows and the status is available', async () => {
    servers.replica(() => aReplica({ status: elapsedMs() < 5000 ? 'down' : 'up' }));
    clock.after(40_000, () => {
      groups.status = 'available';
    });
    const result = await closing();

    expect(result).toMatchObject({ outcome: 'closed', replicasFollow: true, closedAt: clock.iso() });
    expect(elapsedMs()).toBeGreaterThanOrEqual(40_000);
  });

  it('gives up after the budget, and says what is not as it should be', async () => {
    clock.advance(1_700_000);
    servers.replica(unreadable());
    const result = await closing();

    expect(result).toMatchObject({
      outcome: 'closed',
      replicasFollow: false,
      evidence: expect.stringMatching(/not following their primary: test-002; .*the status is migrating/),
    });
    expect(elapsedMs()).toBeGreaterThanOrEqual(1_800_000);
  });

  it('gives the replicas of a promotion that took longer than its budget one watch of time', async () => {
    clock.advance(3_000_000);
    groups.status = 'available';
    servers.replica(() => aReplica({ status: elapsedMs() < 3_100_000 ? 'down' : 'up' }));

    expect(await closing({ inDoubt: true })).toMatchObject({ outcome: 'closed', replicasFollow: true });
  });

  it('does not undo what was proven and told: a failure that is reported later stands in the evidence', async () => {
    groups.status = 'available';
    groups.announce('Migration operation failed for replication group test.', startMs + 1);
    clock.advance(1_790_000);

    expect(await closing()).toMatchObject({ outcome: 'closed', evidence: expect.stringContaining('operation failed') });
  });

  it('never backs out', async () => {
    servers.primary(aReplica());
    groups.announce('Complete Migration failed for test: data is not in sync', startMs + 1);

    expect(await closing()).toMatchObject({ outcome: 'turn' });
    expect((await locks.find('test'))?.intents).toHaveProperty('complete');
  });

  it('does not wait for ever for a primary that nobody can read any more', async () => {
    servers.primary(unreadable());
    clock.advance(1_790_000);

    expect(await closing()).toMatchObject({ outcome: 'closed' });
  });
});
