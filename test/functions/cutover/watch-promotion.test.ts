import { beforeEach, describe, expect, it } from 'vitest';
import type { Certify } from '../../../functions/cutover/proven.ts';
import type { StragglerLook } from '../../../functions/cutover/stragglers.ts';
import { makeWatchPromotion, type WatchPromotionInput } from '../../../functions/cutover/watch-promotion.ts';
import { byNodes } from '../../../functions/cutover/witness.ts';
import type { OffsetCertificate } from '../../../functions/migration/certificate.ts';
import type { RollbackPossibility } from '../../../functions/migration/cutover-record.ts';
import { TransientServiceError } from '../../../functions/migration/errors.ts';
import { FakeClock } from '../support/clock.ts';
import { aFence, FakeFences } from '../support/fences.ts';
import { FakeGroups } from '../support/groups.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aMaster, aReplica, FakeServers, OTHER_ID, SOURCE, SOURCE_ID, unreadable } from '../support/nodes.ts';
import { aRecord, CALLER, MIGRATION_ID, taskInput } from '../support/records.ts';
import { FakeSamples } from '../support/samples.ts';

/** What is in it is not the watch's business. */
const aCertificate = { certificate: 'elasticache-migrator/offsets/v1' } as OffsetCertificate;

let clock: FakeClock;
let groups: FakeGroups;
let servers: FakeServers;
let locks: FakeLocks;
let fences: FakeFences;
let migrations: FakeMigrations;
let certified: Parameters<Certify>[0][];
let uncertified: Error | undefined;
let samples: FakeSamples;
let startMs: number;
let seen: StragglerLook;
let rollback: RollbackPossibility;
let lookedForRollbackMs: number[];
let whileItLooks: () => Promise<unknown>;
beforeEach(async () => {
  clock = new FakeClock();
  startMs = clock.now();
  groups = new FakeGroups();
  servers = new FakeServers();
  samples = new FakeSamples();
  locks = new FakeLocks();
  fences = new FakeFences();
  certified = [];
  uncertified = undefined;
  seen = { stragglers: [], writers: 0, readers: 0, quietSinceMs: startMs };
  rollback = { possible: true, why: 'Nothing was written to the target.', asOf: clock.iso() };
  lookedForRollbackMs = [];
  whileItLooks = async () => undefined;
  migrations = new FakeMigrations(clock, aRecord({ status: 'cuttingOver', phase: 'promoting', taskToken: 'k' }));
  await locks.acquire('test', MIGRATION_ID);
  await locks.intend('test', MIGRATION_ID, 'complete', { at: clock.iso(), eventsSinceMs: startMs });
});

const settings = {
  pollMs: 1000,
  describeMs: 15_000,
  watchSeconds: 480,
  promotionBudgetSeconds: 1800,
  staleSeconds: 15,
  stragglerMs: 5000,
  rollbackMs: 30_000,
};
const certify: Certify = async (proven) => {
  certified.push(proven);
  if (uncertified) throw uncertified;
  return aCertificate;
};
const watch = (input: Partial<WatchPromotionInput> = {}) =>
  makeWatchPromotion(
    groups,
    byNodes(servers.probe, clock),
    locks,
    fences,
    migrations,
    samples,
    certify,
    async () => seen,
    async () => {
      lookedForRollbackMs.push(elapsedMs());
      await whileItLooks();
      return rollback;
    },
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
      positions: [],
      certificate: null,
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

  it('has a certificate when the fence tells what to certify, and tells where the shards stood', async () => {
    await fences.open(aFence({ phase: 'open' }));
    await fences.advance(MIGRATION_ID, 'attempt-1', { phase: 'sealed' });
    servers.primary(promoted);
    const result = await watch();

    expect(result).toMatchObject({
      outcome: 'promoted',
      certificate: aCertificate,
      positions: [{ nodeGroupId: '0001', replicationId: SOURCE_ID, sourceOffset: 1000, targetOffset: 1000 }],
    });
    expect(certified).toMatchObject([
      {
        record: { migrationId: MIGRATION_ID },
        completeSentAt: new Date(startMs).toISOString(),
        promotedAt: clock.iso(),
      },
    ]);
    expect(migrations.record.promotion).toMatchObject({ shards: [{ nodeGroupId: '0001' }] });
    // Before anybody hears of the promotion and writes.
    expect(migrations.record.rollbackPossibility).toEqual(rollback);
  });

  it('announces a promotion whose certificate fails for good, with why, and waits out what may pass', async () => {
    await fences.open(aFence({ phase: 'open' }));
    await fences.advance(MIGRATION_ID, 'attempt-1', { phase: 'sealed' });
    servers.primary(promoted);
    uncertified = new TransientServiceError('DynamoDB', 'throttled');
    await expect(watch()).rejects.toBe(uncertified);
    uncertified = new TypeError('it is no Unicode text');

    expect(await watch()).toMatchObject({
      outcome: 'promoted',
      certificate: null,
      evidence: expect.stringMatching(
        /have the role master.*; no certificate could be issued: TypeError: it is no Unicode/,
      ),
      positions: [{ nodeGroupId: '0001', sourceOffset: 1000 }],
    });
  });

  it('announces what was proven first, whoever proves it once more', async () => {
    await fences.open(aFence({ phase: 'open' }));
    await fences.advance(MIGRATION_ID, 'attempt-1', { phase: 'sealed' });
    servers.primary(promoted);
    const first = await watch();
    const record = migrations.record;
    clock.advance(5000);
    const second = await watch();

    expect(second).toEqual(first);
    expect(certified.map(({ promotedAt }) => promotedAt)).toEqual([record.promotedAt, record.promotedAt]);
    expect(migrations.record).toMatchObject({ promotedAt: record.promotedAt, promotion: record.promotion });
  });

  it('stays proven once it is recorded: a try that died before it could tell is not made a doubt by its repeat', async () => {
    await fences.open(aFence({ phase: 'open' }));
    await fences.advance(MIGRATION_ID, 'attempt-1', { phase: 'sealed' });
    servers.primary(promoted);
    const proven = await watch();
    const { promotedAt, phase } = migrations.record;
    clock.advance(2_000_000);
    servers.primary(aMaster({ previousReplicationId: OTHER_ID, previousIdUpToOffset: 1001 }));

    expect(await watch()).toEqual(proven);
    expect(migrations.record).toMatchObject({ promotedAt, phase });
    expect(migrations.record).not.toHaveProperty('doubtToldOf');
    expect(lookedForRollbackMs).toHaveLength(2);
  });

  it('is over when an operator has confirmed it, whatever its history says, with what was recorded', async () => {
    await fences.open(aFence({ phase: 'open' }));
    await fences.advance(MIGRATION_ID, 'attempt-1', { phase: 'sealed' });
    const stranger = aMaster({ previousReplicationId: OTHER_ID, previousIdUpToOffset: 1001 });
    servers.primary(stranger);
    expect(await watch()).toMatchObject({ outcome: 'inDoubt' });
    const by = { ...CALLER, at: clock.iso() };
    const confirmation = { at: clock.iso(), by, reason: 'I have looked', unproven: [], keys: [] };
    const promotion = { evidence: 'an operator has confirmed it', shards: [], confirmation };
    await migrations.recordPromotion(MIGRATION_ID, { promotedAt: clock.iso(), promotion });
    clock.advance(5000);

    expect(await watch({ inDoubt: true })).toMatchObject({
      outcome: 'promoted',
      promotedAt: confirmation.at,
      evidence: promotion.evidence,
      certificate: aCertificate,
    });
    expect(certified).toMatchObject([{ record: { promotion }, promotedAt: confirmation.at }]);
    groups.status = 'available';
    expect(await closing()).toMatchObject({ outcome: 'closed', evidence: expect.stringMatching(/^every replica/) });
  });

  const refuse = (atMs: number) => groups.announce('Complete Migration failed for test: data is not in sync', atMs);
  const theIntent = () => ({ at: new Date(startMs).toISOString(), sends: 1 });

  it('is refused when ElastiCache says so and goes on saying it: which CompleteMigration it was is told', async () => {
    refuse(startMs + 5000);

    expect(await watch()).toEqual({
      outcome: 'refused',
      reason: 'ElastiCache reports: Complete Migration failed for test: data is not in sync',
      eventsSinceMs: startMs + 5001,
      intent: theIntent(),
    });
    // Nothing is undone by the watch: the fence stands, and with it the intent.
    expect((await locks.find('test'))?.intents).toHaveProperty('complete');
    expect(elapsedMs()).toBeGreaterThanOrEqual(15_000);
  });

  it('is not refused by a failure beside a status that is seconds old: the node turns, and that counts', async () => {
    refuse(startMs + 1000);
    servers.primary(() => (elapsedMs() < 12_000 ? aReplica() : promoted));
    groups.status = 'migrating';
    clock.after(10_000, () => {
      groups.status = 'available';
    });

    expect(await watch({ promotionBudgetSeconds: 3600 })).not.toMatchObject({ outcome: 'refused' });
  });

  it('is not refused once it was to be sent twice, however many failures are told', async () => {
    refuse(startMs + 1000);
    refuse(startMs + 2000);
    await locks.noteSend('test', MIGRATION_ID, theIntent().at);

    expect(await watch()).toMatchObject({ outcome: 'turn', evidence: expect.stringContaining('to be sent 2 times') });
  });

  it('does not take the refusal of an earlier cutover for one of this', async () => {
    groups.announce('Complete Migration failed for test: data is not in sync', startMs - 1);

    expect(await watch()).toMatchObject({ outcome: 'turn' });
    expect((await locks.find('test'))?.intents).toHaveProperty('complete');
  });

  it('is in doubt at once when ElastiCache is done, reports a failure, and nothing proves what the primary holds', async () => {
    servers.primary(promoted);
    groups.status = 'available';
    groups.announce('Migration operation failed for replication group test.', startMs + 1);

    expect(await watch()).toMatchObject({ outcome: 'inDoubt' });
    expect(await watch({ inDoubt: true })).toMatchObject({ outcome: 'turn' });
    expect(servers.open).toBe(0);
  });

  it('is in doubt at once when a primary came back empty under the fence', async () => {
    await fences.open(aFence({ phase: 'open' }));
    servers.primary(aMaster());

    expect(await watch()).toMatchObject({ outcome: 'inDoubt', evidence: expect.stringContaining('does not go on') });
    servers.primary(promoted);
    expect(await watch({ inDoubt: true })).toMatchObject({ outcome: 'promoted' });
  });

  it('is not in doubt where another watch has proven it since this one looked', async () => {
    await fences.open(aFence({ phase: 'open' }));
    let looks = 0;
    servers.primary(() => {
      if (++looks === 1) {
        migrations.records.set(MIGRATION_ID, { ...migrations.record, promotedAt: 't', phase: 'closing' });
      }
      return aMaster();
    });

    expect(await watch()).not.toMatchObject({ outcome: 'inDoubt' });
    expect(migrations.record.phase).toBe('closing');
  });

  it('that comes an hour later is one all the same', async () => {
    servers.primary(() => (elapsedMs() < 3_600_000 ? aReplica() : promoted));
    const outcomes: string[] = [];
    for (let inDoubt = false; outcomes.at(-1) !== 'promoted'; inDoubt ||= outcomes.includes('inDoubt')) {
      outcomes.push((await watch({ inDoubt })).outcome);
    }

    expect(outcomes.filter((outcome) => outcome === 'inDoubt')).toHaveLength(1);
    expect(elapsedMs()).toBeGreaterThanOrEqual(3_600_000);
  });

  it('ends when an operator has unfenced the source in doubt, or has rolled back', async () => {
    await migrations.update(MIGRATION_ID, { unfencedAt: 'then' });
    await fences.open(aFence({ phase: 'open' }));
    // Of an earlier cutover: the fence of this one stands.
    expect(await watch({ inDoubt: true })).toMatchObject({ outcome: 'turn' });
    await fences.takeOver(MIGRATION_ID, 'operator', 'attempt-1');
    await fences.advance(MIGRATION_ID, 'operator', { phase: 'lifted' });
    expect(await watch({ inDoubt: true })).toEqual({
      outcome: 'unfenced',
      why: 'The source was unfenced at then, while the promotion was in doubt.',
    });
    await migrations.update(MIGRATION_ID, { promotedAt: 'before', rolledBackAt: 'then' });
    expect(await closing()).toMatchObject({ outcome: 'rolledBack' });
  });

  it('is in doubt after its budget, and says so once', async () => {
    clock.advance(1_795_000);
    const first = await watch();
    expect(first).toMatchObject({ outcome: 'inDoubt', evidence: expect.stringContaining('0 of 1 primaries') });
    expect(elapsedMs()).toBeGreaterThanOrEqual(1_800_000);
    expect(migrations.record).toMatchObject({
      status: 'cuttingOver',
      phase: 'promotionInDoubt',
      doubtToldOf: 1,
      waitingFor: expect.stringMatching(/master_replid2.*test-001\.test:6379.*replication group test.*unfence/),
    });

    expect(await watch({ inDoubt: true })).toMatchObject({ outcome: 'turn' });
  });

  it('has the budget of its request, where that says one', async () => {
    expect(await watch({ promotionBudgetSeconds: 10 })).toMatchObject({ outcome: 'inDoubt' });
    expect(elapsedMs()).toBeLessThan(12_000);
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

  describe('and nobody turns to the old primary', () => {
    const cutoverSettings = { mode: 'manual' as const, fence: 'acl' as const, drainBudgetMs: 2000, quietSeconds: 60 };
    const writer = { kind: 'writes' as const, address: '10.0.7.7', node: SOURCE, user: 'app', count: 3 };
    beforeEach(async () => {
      groups.status = 'available';
      await fences.open(aFence({ phase: 'open' }));
      await fences.advance(MIGRATION_ID, 'attempt-1', { phase: 'sealed' });
      await migrations.update(MIGRATION_ID, { promotedAt: clock.iso(), cutoverSettings });
    });

    it('is over when it was quiet for so long', async () => {
      const waited: (string | undefined)[] = [];
      clock.after(30_000, () => waited.push(migrations.record.waitingFor));
      expect(await closing()).toMatchObject({ outcome: 'closed' });
      expect(waited).toEqual(['nobody to turn to the old primary for 60 s, or a close']);
      expect(elapsedMs()).toBeGreaterThanOrEqual(60_000);
      expect(elapsedMs()).toBeLessThan(70_000);
    });

    it('shows whether one call still returns to the source, until it never will again', async () => {
      clock.after(40_000, () => {
        rollback = { possible: false, forGood: true, why: 'SET was called.', asOf: clock.iso() };
      });
      await closing();

      expect(lookedForRollbackMs).toEqual([0, 30_000, 60_000]);
      expect(migrations.record.rollbackPossibility).toEqual(rollback);
    });

    it('is not over while a rollback is carried out, although its fence shows nobody any more', async () => {
      await fences.takeOver(MIGRATION_ID, 'attempt-2', 'attempt-1');
      await fences.advance(MIGRATION_ID, 'attempt-2', { phase: 'lifted' });
      await migrations.update(MIGRATION_ID, { pendingAct: { act: 'rollback', at: 't' } } as never);
      expect(await closing()).toMatchObject({ outcome: 'turn' });
      await migrations.note(MIGRATION_ID, { rolledBackAt: clock.iso() });

      expect(await closing()).toMatchObject({ outcome: 'rolledBack' });
    });

    it('does not take back that there is none for good, which was decided while it looked', async () => {
      const never = { possible: false, forGood: true, why: 'It was rolled back.', asOf: 't' } as const;
      whileItLooks = () => migrations.note(MIGRATION_ID, { rollbackPossibility: never });
      await closing();

      expect(migrations.record.rollbackPossibility).toEqual(never);
    });

    it('has no word in a rollback or an unfence that was asked for', async () => {
      await migrations.update(MIGRATION_ID, { pendingAct: { act: 'rollback', at: 't' } } as never);
      await closing();

      expect(lookedForRollbackMs).toEqual([]);
    });

    it('tells who does, new ones only, and no more often than every five minutes', async () => {
      seen = { stragglers: [writer], writers: 1, readers: 0, quietSinceMs: startMs };
      const first = await closing();
      expect(first).toMatchObject({
        outcome: 'stragglers',
        memory: { known: ['writes 10.0.7.7 app'], told: 1 },
        stragglers: { writers: 1, clients: [writer] },
      });
      expect(migrations.record.stragglers).toMatchObject({ writers: 1 });
      const { memory } = first as Extract<typeof first, { outcome: 'stragglers' }>;
      seen = { ...seen, stragglers: [writer, { ...writer, user: 'late' }], writers: 2, quietSinceMs: startMs + 1e9 };
      const second = await closing({ stragglers: memory });

      expect(second).toMatchObject({ outcome: 'stragglers', memory: { told: 2 } });
      expect(elapsedMs()).toBeGreaterThanOrEqual(300_000);
      expect(await closing({ stragglers: (second as typeof first & { memory: never }).memory })).toMatchObject({
        outcome: 'turn',
      });
    });

    it('is over at once when an operator closes it, and says who was still there', async () => {
      seen = { stragglers: [writer], writers: 1, readers: 0, quietSinceMs: startMs + 1e9 };
      const close = { at: 't', by: { by: 'http' as const, at: 't' }, requestId: 'r' };
      await migrations.update(MIGRATION_ID, { close });

      expect(await closing()).toMatchObject({
        outcome: 'closed',
        evidence: expect.stringMatching(/an operator has closed it; 1 clients still try to write/),
      });
    });

    it('is waited for although an earlier cutover was unfenced', async () => {
      const fence = { kind: 'acl', phase: 'sealed', nodes: 1, openedAt: clock.iso() } as const;
      await migrations.update(MIGRATION_ID, { unfencedAt: '2025-12-31T00:00:00.000Z', fence });
      seen = { stragglers: [writer], writers: 1, readers: 0, quietSinceMs: startMs + 1e9 };

      expect(await closing()).toMatchObject({ outcome: 'stragglers' });
      expect(lookedForRollbackMs).not.toEqual([]);
    });

    it('is not waited for once the source was unfenced, or nothing fenced it', async () => {
      seen = { ...seen, quietSinceMs: startMs + 1e9 };
      await migrations.update(MIGRATION_ID, { unfencedAt: 'then' });

      expect(await closing()).toMatchObject({ outcome: 'closed' });
    });
  });
});
