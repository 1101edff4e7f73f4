import { beforeEach, describe, expect, it } from 'vitest';
import { makeLiftFence } from '../../../functions/cutover/lift-fence.ts';
import { makeUnfence } from '../../../functions/cutover/unfence.ts';
import { TransientServiceError } from '../../../functions/migration/errors.ts';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { SessionLost } from '../../../functions/preflight/ports.ts';
import { aFence } from '../../cutover/support/certificates.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeFences } from '../support/fences.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aReplica, FakeServers, SOURCE } from '../support/nodes.ts';
import { aRecord, MIGRATION_ID } from '../support/records.ts';
import { FakeSessions } from '../support/sessions.ts';

const by = { by: 'http', at: '2026-01-01T00:20:00.000Z' } as const;
const unfence = { at: by.at, by, reason: 'the old primary is needed', requestId: 'request-1' };
const promotedAt = '2026-01-01T00:12:00.000Z';

let fences: FakeFences;
let migrations: FakeMigrations;
let clock: FakeClock;
let lifts: string[];
beforeEach(() => {
  [fences, migrations, clock, lifts] = [new FakeFences(), new FakeMigrations(), new FakeClock(), []];
});

const lift = async ({ migrationId, because }: { migrationId: string; because: string }) => {
  lifts.push(because);
  await fences.takeOver(migrationId, 'lifter', 'attempt-1');
  await fences.advance(migrationId, 'lifter', { phase: 'lifted', liftedAt: clock.iso(), liftedBecause: because });
};
const act = (by = lift) => makeUnfence(migrations, fences, by, clock)({ migrationId: MIGRATION_ID });
const given = async (change: Partial<MigrationRecord>) => {
  await migrations.create(aRecord(change));
  await fences.open(aFence({ phase: 'open' }));
  await fences.advance(MIGRATION_ID, 'attempt-1', { phase: 'sealed' });
};

describe('an unfence', () => {
  it('ends a promotion in doubt where there is no fence, because no server could be reached', async () => {
    await migrations.create(aRecord({ unfence, apiOnly: true, phase: 'promotionInDoubt' }));

    expect(await act()).toMatchObject({ outcome: 'unfenced', why: expect.stringContaining('no fence to lift') });
    expect([lifts, migrations.record?.unfencedAt]).toEqual([[], clock.iso()]);
    expect(await act()).toMatchObject({ outcome: 'unfenced' });
  });

  it('lifts the fence for good, and the record says so', async () => {
    await given({ promotedAt, unfence });

    expect(await act()).toEqual({
      outcome: 'unfenced',
      why: expect.stringContaining('takes writes again'),
      at: clock.iso(),
    });
    expect(lifts).toEqual(['unfenced: the old primary is needed']);
    expect(await migrations.find(MIGRATION_ID)).toMatchObject({ unfencedAt: clock.iso(), fence: { phase: 'lifted' } });
  });

  it('is done after the end, and while the promotion is in doubt', async () => {
    await given({ phase: 'promotionInDoubt', unfence });

    expect(await act()).toMatchObject({ outcome: 'unfenced' });
  });

  it('answers the same when it is repeated, and lifts nothing twice', async () => {
    await given({ promotedAt, unfence });
    const first = await act();
    clock.advance(1000);

    expect(await act()).toEqual(first);
    expect(lifts).toHaveLength(1);
  });

  it('lifts the fence of a later cutover, whatever was unfenced before', async () => {
    await given({ promotedAt, unfence, unfencedAt: '2026-01-01T00:05:00.000Z' });

    expect(await act()).toMatchObject({ outcome: 'unfenced', at: clock.iso() });
    expect(lifts).toHaveLength(1);
  });

  it('goes on where a try died after the fence was lifted', async () => {
    await given({ promotedAt, unfence });
    await lift({ migrationId: MIGRATION_ID, because: 'unfenced: the old primary is needed' });
    const at = clock.iso();
    clock.advance(1000);

    expect(await act(async () => undefined)).toMatchObject({ outcome: 'unfenced', at });
  });

  it('is not done while a node of the source is not', async () => {
    await given({ promotedAt, unfence });
    const failing = async () => {
      throw new TransientServiceError('Lift', new Error('10.0.0.5:6379 is away'));
    };

    await expect(act(failing)).rejects.toThrow(TransientServiceError);
    expect((await migrations.find(MIGRATION_ID))?.unfencedAt).toBeUndefined();
  });

  it.each<[string, Partial<MigrationRecord>, RegExp]>([
    ['nobody asked for it', { promotedAt }, /Nobody has asked/],
    ['the migration was rolled back', { promotedAt, unfence, rolledBackAt: promotedAt }, /rolled back/],
    ['CompleteMigration was not sent', { unfence, phase: 'catchingUp' }, /was not sent/],
  ])('is refused when %s', async (_, change, why) => {
    await given(change);

    expect(await act()).toMatchObject({ outcome: 'refused', why: expect.stringMatching(why) });
    expect(lifts).toEqual([]);
  });

  it('is refused where no fence was ever set, or one is being set', async () => {
    await migrations.create(aRecord({ promotedAt, unfence }));
    expect(await act()).toMatchObject({ outcome: 'refused', why: expect.stringContaining('no fence') });
    await fences.open(aFence({ phase: 'open' }));
    expect(await act()).toMatchObject({ outcome: 'refused', why: expect.stringContaining('under way') });
  });
});

describe('an unfence of a migration that ended while a node could not be reached', () => {
  const ENDED: Partial<MigrationRecord> = { unfence, outcome: 'failed', status: 'failed', phase: 'ended' };
  const REPLICA = { address: '10.0.0.6', port: 6379 };
  let sessions: FakeSessions;
  let gone: string[];
  beforeEach(async () => {
    gone = [REPLICA.address];
    const servers = new FakeServers();
    servers.set(REPLICA.address, aReplica());
    sessions = new FakeSessions(servers.probe);
    sessions.meets = (_, { address }) => (gone.includes(address) ? new SessionLost('no route to host') : undefined);
    await migrations.create(aRecord(ENDED));
    const { nodes, ...fence } = aFence({ phase: 'open' });
    const [primary] = nodes.map((node) => ({ ...node, before: { users: ['default on nopass ~* &* +@all'] } }));
    if (!primary) throw new Error('it has no nodes');
    await fences.open({ ...fence, nodes: [primary, { ...primary, role: 'replica', endpoint: REPLICA }] });
    await fences.takeOver(MIGRATION_ID, 'the sweeper', 'attempt-1');
  });
  const lifting = () => {
    let attempts = 0;
    const newAttempt = () => `lifter-${++attempts}`;
    return makeLiftFence(sessions.open, fences, new FakeLocks(), migrations, clock, newAttempt);
  };
  const actThere = () => act((input) => lifting()({ ...input, byOrder: true }) as Promise<never>);

  it('gives up replicas, and names them', async () => {
    expect(await actThere()).toEqual({
      outcome: 'unfenced',
      why: expect.stringMatching(/takes writes again\. Given up, and fenced still .*: 10\.0\.0\.6:6379\./),
      at: clock.iso(),
      givenUp: [REPLICA],
    });
    expect(await fences.find(MIGRATION_ID)).toMatchObject({ phase: 'lifted', givenUp: [REPLICA] });
    expect(migrations.record).toMatchObject({ unfencedAt: clock.iso(), fence: { givenUp: [REPLICA] } });
  });

  it('gives up nobody who answers', async () => {
    gone = [];

    expect(await actThere()).toEqual(expect.not.objectContaining({ givenUp: expect.anything() }));
    expect(sessions.rulesOf(REPLICA)).toBe('+@all');
  });

  it('gives up the primary only where the request names it', async () => {
    gone = [SOURCE.address];
    const giveUp = [SOURCE];
    migrations.records.set(MIGRATION_ID, aRecord({ ...ENDED, unfence: { ...unfence, giveUp } }));

    expect(await actThere()).toMatchObject({
      why: expect.stringMatching(/lifted where that could be done\. Given up, and fenced still .*: 10\.0\.0\.5:6379\./),
      givenUp: [SOURCE],
    });
    expect(sessions.rulesOf(REPLICA)).toBe('+@all');
  });

  it('does not give up what it names and can reach', async () => {
    gone = [];
    migrations.records.set(MIGRATION_ID, aRecord({ ...ENDED, unfence: { ...unfence, giveUp: [SOURCE] } }));

    expect(await actThere()).toEqual(expect.not.objectContaining({ givenUp: expect.anything() }));
  });

  it('is refused where it names what is not fenced, with what is', async () => {
    const giveUp = [SOURCE, { address: '10.0.0.7', port: 6379 }];
    migrations.records.set(MIGRATION_ID, aRecord({ ...ENDED, unfence: { ...unfence, giveUp } }));

    expect(await actThere()).toMatchObject({
      outcome: 'refused',
      why: 'giveUp names 10.0.0.7:6379; the fence stands on 10.0.0.5:6379 and 10.0.0.6:6379.',
    });
    expect(migrations.record.unfenceRefused?.why).toContain('giveUp names 10.0.0.7:6379');
  });

  it('never gives up the primary otherwise', async () => {
    gone = [SOURCE.address];

    await expect(actThere()).rejects.toMatchObject({ name: 'TransientServiceError' });
    expect(await fences.find(MIGRATION_ID)).toMatchObject({ phase: 'lifting' });
  });

  it('is not kept from it by lifters of the sweeper that take the fence over while it connects', async () => {
    const { open } = sessions;
    const slow: typeof open = async (...args) => {
      await fences.takeOver(MIGRATION_ID, `sweeper of ${args[0].address}`, 'the sweeper');
      return open(...args);
    };
    const lift = makeLiftFence(slow, fences, new FakeLocks(), migrations, clock, () => 'lifter');

    expect(await act((input) => lift({ ...input, byOrder: true }) as Promise<never>)).toMatchObject({
      givenUp: [REPLICA],
    });
  });

  it('gives up nobody where CompleteMigration was sent', async () => {
    migrations.records.set(MIGRATION_ID, aRecord({ ...ENDED, completeSentAt: 't' }));

    await expect(actThere()).rejects.toMatchObject({ name: 'TransientServiceError' });
  });
});
