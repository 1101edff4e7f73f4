import { beforeEach, describe, expect, it } from 'vitest';
import type { LiftFence } from '../../../functions/cutover/lift-fence.ts';
import { makeLiftRefused } from '../../../functions/cutover/lift-refused.ts';
import { byNodes } from '../../../functions/cutover/witness.ts';
import { allowedActions } from '../../../functions/migration/actions.ts';
import { TransientServiceError } from '../../../functions/migration/errors.ts';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeGroups } from '../support/groups.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aMaster, FakeServers, unreadable } from '../support/nodes.ts';
import { aRecord, CALLER, MIGRATION_ID } from '../support/records.ts';

let clock: FakeClock;
let servers: FakeServers;
let locks: FakeLocks;
let migrations: FakeMigrations;
let lifted: string[];
let lifting: LiftFence;
const refused = { at: 'then', sends: 1 };
beforeEach(async () => {
  clock = new FakeClock();
  servers = new FakeServers();
  locks = new FakeLocks();
  migrations = new FakeMigrations(clock, aRecord({ status: 'cuttingOver', phase: 'promoting' }));
  lifted = [];
  lifting = async ({ because }) => {
    lifted.push(because);
    return 'lifted';
  };
  await locks.acquire('test', MIGRATION_ID);
  await locks.intend('test', MIGRATION_ID, 'complete', { at: 'then', eventsSinceMs: 1 });
});

const lift = (judged: typeof refused | null = refused) =>
  makeLiftRefused(
    new FakeGroups(),
    byNodes(servers.probe, clock),
    locks,
    migrations,
    (asked) => lifting(asked),
    clock,
  )({ migrationId: MIGRATION_ID, because: 'ElastiCache said no', refused: judged });
const intents = async () => (await locks.find('test'))?.intents;

describe('the fence of a cutover that ElastiCache has refused', () => {
  it('is left to the operator who has given the promotion up, where no server is reached and there is none', async () => {
    migrations = new FakeMigrations(clock, aRecord({ apiOnly: true, unfencedAt: 'then', phase: 'promotionInDoubt' }));

    expect(await lift()).toMatchObject({ outcome: 'sent', why: expect.stringContaining('given the promotion up') });
    expect(await intents()).toHaveProperty('complete');
  });

  it('is lifted, the intent taken back, and a new cutover can be asked for', async () => {
    expect(await lift()).toEqual({ outcome: 'lifted' });
    expect(lifted).toEqual(['ElastiCache said no']);
    expect(await intents()).toEqual({});
    expect(migrations.record).toMatchObject({
      status: 'syncing',
      statusReason: 'The cutover was backed out: ElastiCache said no.',
      backOuts: [{ reason: 'ElastiCache said no' }],
    });
    expect(servers.open).toBe(0);
  });

  it('says while it is lifted that the migration can be aborted, and is left to settlement once that was asked for', async () => {
    lifting = async () => {
      throw new TransientServiceError('Lift fence', 'a replica is gone');
    };
    await expect(lift()).rejects.toThrow('a replica is gone');
    const toView = allowedActions(migrations.record as MigrationRecord);
    expect(migrations.record).toMatchObject({ phase: 'inSync', waitingFor: expect.stringContaining('take writes') });
    expect(toView).toContain('abort');

    await migrations.update(MIGRATION_ID, {
      abort: { at: 'a', reason: 'enough', requestId: 'r', by: { ...CALLER, at: 'a' } },
    });
    await expect(lift()).rejects.toThrow('a replica is gone');
    await locks.closeUnlessSent('test', MIGRATION_ID);
    expect(await lift()).toEqual({
      outcome: 'aborted',
      error: 'AbortRequestedError',
      why: expect.stringContaining('enough'),
    });
  });

  it('stands while any node is a master, or cannot be read', async () => {
    for (const reading of [aMaster(), unreadable()]) {
      servers.primary(reading);
      expect(await lift()).toMatchObject({ outcome: 'sent', why: expect.stringMatching(/^node test-001/) });
    }
    servers = new FakeServers();
    servers.replica(aMaster());
    expect(await lift()).toMatchObject({ outcome: 'sent' });
    expect(lifted).toEqual([]);
    expect(await intents()).toHaveProperty('complete');
  });

  it('stands when another try of the cutover sends CompleteMigration while the request is forgotten', async () => {
    const clear = migrations.clearCutoverRequest.bind(migrations);
    migrations.clearCutoverRequest = async (id, backOut) => {
      await clear(id, backOut);
      await locks.intend('test', MIGRATION_ID, 'complete', { at: 'later', eventsSinceMs: 1 });
    };

    expect(await lift()).toMatchObject({ outcome: 'sent', why: expect.stringContaining('another try') });
    expect(lifted).toEqual([]);
  });

  it('stands when it was sent again since it was judged, or another cutover was begun', async () => {
    await locks.noteSend('test', MIGRATION_ID, 'then');
    expect(await lift()).toMatchObject({
      outcome: 'sent',
      why: expect.stringContaining('CompleteMigration was sent again since'),
    });
    expect(await lift({ at: 'before', sends: 2 })).toMatchObject({ outcome: 'sent' });
    expect(lifted).toEqual([]);
  });

  it('is lifted by a repeat, whose first try had only taken the intent back', async () => {
    await locks.withdraw('test', MIGRATION_ID, 'complete', refused);

    expect(await lift()).toEqual({ outcome: 'lifted' });
  });
});

describe('a fence under which nothing was sent', () => {
  it('is lifted, and the migration’s status left to whoever runs it', async () => {
    await locks.withdraw('test', MIGRATION_ID, 'complete');

    expect(await lift(null)).toEqual({ outcome: 'lifted' });
    expect(migrations.changes).toEqual([]);
  });
});
