import { beforeEach, describe, expect, it } from 'vitest';
import { makeConfirm } from '../../../functions/cutover/confirm.ts';
import { confirmByNodes } from '../../../functions/cutover/confirm-look.ts';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { SessionLost } from '../../../functions/preflight/ports.ts';
import { FakeClock } from '../support/clock.ts';
import { aFence, FakeFences } from '../support/fences.ts';
import { FakeGroups } from '../support/groups.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aMaster, aReplica, aSource, FakeServers, OTHER_ID, SOURCE, SOURCE_ID, unreadable } from '../support/nodes.ts';
import { aRecord, CALLER, MIGRATION_ID } from '../support/records.ts';
import { FakeSessions } from '../support/sessions.ts';

const RESTARTED_ID = 'c'.repeat(40);
const by = { ...CALLER, at: '2026-01-01T00:20:00.000Z' };
const confirm = { at: by.at, by, reason: 'the source was restarted', requestId: 'request-1' };
const IN_DOUBT: Partial<MigrationRecord> = {
  status: 'cuttingOver',
  statusReason: 'The promotion is in doubt.',
  phase: 'promotionInDoubt',
  confirm,
  pendingAct: { act: 'confirm', at: confirm.at },
};
/** Promoted, with everything, from a source that was restarted behind its fence. */
const promoted = aMaster({ previousReplicationId: RESTARTED_ID, previousIdUpToOffset: 1001 });

let groups: FakeGroups;
let servers: FakeServers;
let sessions: FakeSessions;
let locks: FakeLocks;
let fences: FakeFences;
let migrations: FakeMigrations;
let clock: FakeClock;
let keys: { source: number; target: number };
beforeEach(async () => {
  [clock, locks, fences, servers] = [new FakeClock(), new FakeLocks(), new FakeFences(), new FakeServers()];
  groups = new FakeGroups({ status: 'available' });
  sessions = new FakeSessions(servers.probe);
  keys = { source: 1200, target: 1199 };
  sessions.keys = ({ address }) => (address === SOURCE.address ? keys.source : keys.target);
  servers.source(aSource({ replicationId: RESTARTED_ID }));
  servers.primary(promoted);
  await locks.acquire('test', MIGRATION_ID);
  await locks.intend('test', MIGRATION_ID, 'complete', { at: 'sent', eventsSinceMs: 0 });
});

const given = async (change: Partial<MigrationRecord> = {}) => {
  migrations = new FakeMigrations(clock, aRecord({ ...IN_DOUBT, ...change }));
  await fences.open(aFence({ phase: 'open' }));
  await fences.advance(MIGRATION_ID, 'attempt-1', { phase: 'sealed' });
  await setRules('-@write', '-publish');
};
const setRules = async (...rules: string[]) => {
  const session = await sessions.open(SOURCE, clock.now());
  await session.ask('ACL', 'SETUSER', 'default', ...rules);
  session.close();
};
const noAnswerOf = (gone: string) => {
  const away = new SessionLost('away');
  sessions.meets = (command, { address }) => (command === 'connect' && address === gone ? away : undefined);
};
const act = () =>
  makeConfirm(groups, confirmByNodes(sessions, clock), locks, fences, migrations, clock)({ migrationId: MIGRATION_ID });
const withdraw = () => locks.withdraw('test', MIGRATION_ID, 'complete', { at: 'sent', sends: 1 });

describe('the confirmation of a promotion in doubt', () => {
  it('is recorded as the promotion, with who gave the word, why, and what was found', async () => {
    await given();

    expect(await act()).toEqual({ outcome: 'confirmed', why: expect.stringContaining('fence stays'), at: clock.iso() });
    expect(migrations.record).toMatchObject({
      status: 'promoted',
      phase: 'closing',
      promotedAt: clock.iso(),
      promotion: {
        evidence: expect.stringMatching(/1199 keys, and the source 10\.0\.0\.5:6379 has 1200; .*master_replid2 is c+/),
        shards: [{ nodeGroupId: '0001', replicationId: OTHER_ID, previousReplicationId: RESTARTED_ID }],
        confirmation: {
          at: clock.iso(),
          by,
          reason: 'the source was restarted',
          unproven: [expect.stringMatching(/does not go on from the source's/)],
          keys: [{ nodeGroupId: '0001', sourceKeys: 1200, targetKeys: 1199 }],
        },
      },
    });
    expect((await fences.find(MIGRATION_ID))?.phase).toBe('sealed');
    expect(sessions.opened).toBe(0);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'was restarted and has forgotten its fence',
      () => setRules('+@all'),
      /[Tt]he source .* is not fenced any more: its rules let default write/,
    ],
    ['does not answer', () => noAnswerOf(SOURCE.address), /[Ww]hether .* is still fenced is not known/],
  ])('says so where the source %s', async (_, change, why) => {
    await given();
    await change();

    expect(await act()).toMatchObject({ outcome: 'confirmed', why: expect.stringMatching(why) });
    expect(migrations.record.promotion).toMatchObject({
      evidence: expect.stringMatching(why),
      confirmation: { unfenced: [expect.stringMatching(why)] },
    });
    expect(await act()).toMatchObject({ why: expect.stringMatching(why) });
  });

  it('answers the same when it is repeated', async () => {
    await given();
    const first = await act();
    clock.advance(1000);

    expect(await act()).toEqual(first);
  });

  it('keeps a refusal from being acted on from then on', async () => {
    await given();
    await act();

    expect(await withdraw()).toBe(false);
  });

  it('comes too late once a refusal was acted on', async () => {
    await given();
    locks.confirm = async (...args) => {
      await withdraw();
      return FakeLocks.prototype.confirm.apply(locks, args);
    };

    expect(await act()).toMatchObject({
      outcome: 'refused',
      why: 'CompleteMigration was judged as refused meanwhile.',
    });
    expect(migrations.record.promotedAt).toBeUndefined();
  });

  it('goes on where a try died before it was recorded, also behind a closed lock', async () => {
    await given();
    await locks.closeToIntents('test', MIGRATION_ID);
    await locks.confirm('test', MIGRATION_ID, 'sent');

    expect(await act()).toMatchObject({ outcome: 'confirmed' });
  });

  it('leaves a promotion alone that was proven meanwhile', async () => {
    await given();
    const promotedAt = '2026-01-01T00:12:00.000Z';
    groups.meets('describe', () => migrations.records.set(MIGRATION_ID, { ...migrations.record, promotedAt }));

    expect(await act()).toMatchObject({ outcome: 'refused' });
    expect(migrations.record).toMatchObject({ promotedAt, phase: 'promotionInDoubt' });
  });

  it('is not recorded by a try that was given up, once the operator has turned to something else', async () => {
    await given();
    groups.meets('describe', () =>
      migrations.records.set(MIGRATION_ID, { ...migrations.record, pendingAct: { act: 'unfence', at: by.at } }),
    );

    expect(await act()).toMatchObject({ outcome: 'refused', why: expect.stringMatching(/not asked for any more/) });
    expect(migrations.record).not.toHaveProperty('promotedAt');
  });

  it('is known again when the answer of the table was lost', async () => {
    await given();
    const write = migrations.recordPromotion.bind(migrations);
    migrations.recordPromotion = async (...args) => {
      await write(...args);
      return undefined;
    };

    expect(await act()).toMatchObject({ outcome: 'confirmed', at: clock.iso() });
    expect(migrations.record).not.toHaveProperty('confirmRefused');
  });

  it('is refused where the group does not show a node group that was fenced', async () => {
    await given();
    const { shards = [] } = (await fences.find(MIGRATION_ID)) ?? {};
    const gone = shards.map((shard) => ({ ...shard, nodeGroupId: '0002' }));
    await fences.advance(MIGRATION_ID, 'attempt-1', { shards: [...shards, ...gone] });

    expect(await act()).toMatchObject({ outcome: 'refused', why: expect.stringMatching(/node group 0002/) });
  });

  it('is taken although the source is gone: what it had cannot be counted then', async () => {
    await given();
    servers.source(unreadable());

    expect(await act()).toMatchObject({ outcome: 'confirmed' });
    expect(migrations.record.promotion?.confirmation?.keys).toEqual([{ nodeGroupId: '0001', targetKeys: 1199 }]);
  });

  it.each<[string, () => void, RegExp]>([
    [
      'still follows somebody',
      () => servers.primary(aReplica()),
      /test-001 .* is no primary: it follows 10\.0\.0\.5:6379/,
    ],
    ['cannot be read', () => servers.primary(unreadable()), /test-001 .* cannot be read/],
    [
      'is empty while the source is not',
      () => Object.assign(keys, { target: 0 }),
      /without any key, .* has 1200: it does not/,
    ],
  ])('is refused where the primary %s, and the record says so', async (_, change, why) => {
    await given();
    change();

    expect(await act()).toMatchObject({ outcome: 'refused', why: expect.stringMatching(why) });
    expect(migrations.record).toMatchObject({
      phase: 'promotionInDoubt',
      confirmRefused: { at: clock.iso(), why: expect.stringMatching(why) },
    });
    expect(await withdraw()).toBe(true);
  });

  it('is refused where the target is empty and nobody tells what the source had', async () => {
    await given();
    keys.target = 0;
    servers.source(unreadable());

    expect(await act()).toMatchObject({ why: expect.stringMatching(/does not tell how many it has/) });
  });

  it('is refused where both are empty, and keys were compared before the cutover', async () => {
    await given({ verificationReport: { counts: { compared: 1200 } } as never });
    Object.assign(keys, { source: 0, target: 0 });

    expect(await act()).toMatchObject({ why: expect.stringMatching(/1200 were compared before the cutover/) });
  });

  it('is taken of a source that never had a key', async () => {
    await given();
    Object.assign(keys, { source: 0, target: 0 });

    expect(await act()).toMatchObject({ outcome: 'confirmed' });
  });

  it('is refused until ElastiCache is done with the group', async () => {
    await given();
    groups.status = 'migrating';

    expect(await act()).toMatchObject({ outcome: 'refused', why: expect.stringMatching(/its status is migrating/) });
  });

  it.each<[string, Partial<MigrationRecord>, RegExp]>([
    ['nobody asked for it', { confirm: undefined as never }, /Nobody has asked/],
    ['it is proven', { promotedAt: by.at }, /was proven at/],
    [
      'it is not in doubt any more',
      { phase: 'inSync', statusReason: 'It was backed out.' },
      /not in doubt any more: It was/,
    ],
    ['the migration has ended', { outcome: 'failed' }, /has ended as failed/],
  ])('is refused when %s', async (_, change, why) => {
    await given(change);

    expect(await act()).toMatchObject({ outcome: 'refused', why: expect.stringMatching(why) });
  });

  it('is refused where no fence is sealed, or nothing is noted in the lock', async () => {
    await given();
    await withdraw();
    expect(await act()).toMatchObject({ why: expect.stringMatching(/No CompleteMigration is noted/) });
    await fences.takeOver(MIGRATION_ID, 'lifter', 'attempt-1');
    expect(await act()).toMatchObject({ why: expect.stringMatching(/not sealed, but lifting/) });
  });

  it('is not refused for a history that it need not doubt', async () => {
    await given();
    servers.primary(aMaster({ previousReplicationId: SOURCE_ID, previousIdUpToOffset: 1001 }));

    expect(await act()).toMatchObject({ outcome: 'confirmed' });
    expect(migrations.record.promotion?.confirmation?.unproven).toEqual([]);
  });
});
