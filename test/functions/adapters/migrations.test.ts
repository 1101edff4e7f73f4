import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Migrations } from '../../../functions/migration/ports.ts';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aRecord } from '../support/records.ts';
import { type RealTable, realTable } from '../support/table.ts';

let real: RealTable;
beforeAll(async () => {
  real = await realTable();
});
afterAll(() => real.close());

let count = 0;
const newId = () => `test-${String(++count).padStart(12, '0')}`;

describe.each<[string, () => Migrations]>([
  ['in memory, as the other tests have them', () => new FakeMigrations()],
  ['in DynamoDB', () => real.migrations],
])('migrations %s', (_, make) => {
  const created = async (change: Partial<MigrationRecord> = {}) => {
    const migrations = make();
    const record = aRecord({ migrationId: newId(), ...change });
    await migrations.create(record);
    return { migrations, id: record.migrationId };
  };
  const awaited = () => created({ status: 'awaitingCutover', phase: 'awaitingCutover', taskToken: 'token-1' });

  it('give the claim of a key to the first, and the standing one to all others', async () => {
    const migrations = make();
    const claim = { keyHash: newId(), fingerprint: 'f1', migrationId: newId() };

    expect(await migrations.claimKey(claim)).toMatchObject(claim);
    expect(await migrations.claimKey({ ...claim, fingerprint: 'f2', migrationId: newId() })).toMatchObject(claim);
  });

  it('give one of 30 that claim a key at once', async () => {
    const migrations = make();
    const keyHash = newId();
    const claims = await Promise.all(
      Array.from({ length: 30 }, () => migrations.claimKey({ keyHash, fingerprint: 'f', migrationId: newId() })),
    );

    expect(new Set(claims.map(({ migrationId }) => migrationId)).size).toBe(1);
  });

  it('write a record once', async () => {
    const { migrations, id } = await created();
    const standing = await migrations.create(aRecord({ migrationId: id, correlationId: 'another' }));

    expect(standing.correlationId).toBe('corr-1');
    expect(await migrations.find(id)).toMatchObject(aRecord({ migrationId: id }));
  });

  it('find nothing where nothing is, and change nothing there', async () => {
    const migrations = make();

    expect(await migrations.find('none-000000000000')).toBeUndefined();
    expect(await migrations.update('none-000000000000', { phase: 'testing' })).toBeUndefined();
    expect(await migrations.end('none-000000000000', 'failed', {})).toBeUndefined();
    expect(await migrations.find('none-000000000000')).toBeUndefined();
  });

  it('note a phase when it changes, once', async () => {
    const { migrations, id } = await created();
    await migrations.update(id, { phase: 'testing', waitingFor: 'it' });
    await migrations.update(id, { phase: 'testing', statusReason: 'still' });
    await migrations.update(id, { statusReason: 'no phase at all' });
    const record = await migrations.update(id, { phase: 'starting' });

    expect(record?.phases.map(({ phase }) => phase)).toEqual(['queued', 'testing', 'starting']);
    expect(record).toMatchObject({ phase: 'starting', waitingFor: 'it', statusReason: 'no phase at all' });
  });

  it('note one change of phase of ten that are written at once', async () => {
    const { migrations, id } = await created();
    await Promise.all(Array.from({ length: 10 }, () => migrations.update(id, { phase: 'testing' })));

    expect((await migrations.find(id))?.phases.map(({ phase }) => phase)).toEqual(['queued', 'testing']);
  });

  it('change nothing once there is an outcome, and answer how it stands', async () => {
    const { migrations, id } = await created();
    await migrations.end(id, 'aborted', { status: 'aborted', statusReason: 'stopped', phase: 'ended' });

    expect(await migrations.update(id, { status: 'syncing' })).toMatchObject({ status: 'aborted' });
    expect(await migrations.end(id, 'failed', { status: 'failed' })).toMatchObject({ outcome: 'aborted' });
    expect(await migrations.requestCutover(id, { at: 't', requestId: 'r' })).toBeUndefined();
  });

  it('let one of ten that end a migration at once win', async () => {
    const { migrations, id } = await created();
    const ends = await Promise.all(
      Array.from({ length: 10 }, (_, index) => migrations.end(id, 'failed', { statusReason: `end ${index}` })),
    );

    expect(new Set(ends.map((record) => record?.statusReason)).size).toBe(1);
  });

  it('forget with the end what was waited for, and the token', async () => {
    const { migrations, id } = await awaited();
    const ended = await migrations.end(id, 'failed', { status: 'failed', phase: 'ended' });

    expect(ended).not.toHaveProperty('taskToken');
    expect(ended).not.toHaveProperty('waitingFor');
  });

  it('note a request for the cutover while one is awaited, and only one', async () => {
    const { migrations, id } = await awaited();
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((reason) =>
        migrations.requestCutover(id, { at: '2026-01-01T01:00:00.000Z', reason, requestId: reason }),
      ),
    );

    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(answers.find(Boolean)).toMatchObject({
      cutover: { requestedAt: '2026-01-01T01:00:00.000Z' },
      taskToken: 'token-1',
    });
  });

  it('refuse a request for the cutover in any other status', async () => {
    for (const status of ['accepted', 'syncing', 'cuttingOver', 'promoted', 'failed'] as const) {
      const { migrations, id } = await created({ status });

      expect([status, await migrations.requestCutover(id, { at: 't', requestId: 'r' })]).toEqual([status, undefined]);
    }
  });

  it('forget a request that was backed out, with its token, and take the next one', async () => {
    const { migrations, id } = await awaited();
    await migrations.requestCutover(id, { at: 't1', requestId: 'e1', eventId: 'e1' });
    await migrations.clearCutoverRequest(id);

    expect(await migrations.find(id)).not.toHaveProperty('cutover');
    expect(await migrations.find(id)).not.toHaveProperty('taskToken');
    expect(await migrations.requestCutover(id, { at: 't2', requestId: 'e1', eventId: 'e1' })).toBeUndefined();
    expect(await migrations.requestCutover(id, { at: 't3', requestId: 'e2', eventId: 'e2' })).toMatchObject({
      cutover: { requestedAt: 't3' },
    });
  });

  it('are marked as settled only once they have ended', async () => {
    const { migrations, id } = await created();
    await migrations.markSettled(id);
    expect(await migrations.find(id)).toHaveProperty('unsettled');

    await migrations.end(id, 'failed', { status: 'failed' });
    await migrations.markSettled(id);
    expect(await migrations.find(id)).not.toHaveProperty('unsettled');
  });

  describe('an act that is asked for', () => {
    const rollback = { act: 'rollback', at: '2026-01-01T00:00:00.000Z' } as const;
    const later = new Date(Date.now() + 3600_000).toISOString();
    const never = '2000-01-01T00:00:00.000Z';
    const suspects = async (migrations: Migrations, id: string, endedBefore: string) =>
      (await migrations.unsettled({ endedBefore, atWorkBefore: never }, 1000)).filter((one) => one.migrationId === id);

    it('is found although the migration is at work, and no more once it is concluded', async () => {
      const { migrations, id } = await created({ status: 'promoted', pendingAct: rollback });
      expect(await suspects(migrations, id, never)).toEqual([]);
      expect(await suspects(migrations, id, later)).toHaveLength(1);

      await migrations.concludeAct(id, 'unfence');
      expect(await suspects(migrations, id, later)).toHaveLength(1);
      await migrations.concludeAct(id, 'rollback');
      expect(await suspects(migrations, id, later)).toEqual([]);
      expect(await migrations.find(id)).toHaveProperty('unsettled');
    });

    it('is found in a migration that was settled meanwhile', async () => {
      const { migrations, id } = await created({ status: 'promoted', pendingAct: rollback });
      await migrations.end(id, 'completed', { status: 'completed' });
      await migrations.markSettled(id);
      expect(await suspects(migrations, id, later)).toHaveLength(1);

      await migrations.concludeAct(id, 'rollback');
      expect(await suspects(migrations, id, later)).toEqual([]);
    });
  });
});

describe('migrations in DynamoDB', () => {
  it('lose nothing when an answer is lost: the client repeats the write, and the first one counts', async () => {
    const id = newId();
    real.loseNextAnswer();
    await real.migrations.create(aRecord({ migrationId: id }));
    real.loseNextAnswer();
    await real.migrations.update(id, { phase: 'testing' });
    real.loseNextAnswer();
    const ended = await real.migrations.end(id, 'failed', { status: 'failed', phase: 'ended', statusReason: 'once' });

    expect(ended).toMatchObject({ outcome: 'failed', statusReason: 'once' });
    expect(ended?.phases.map(({ phase }) => phase)).toEqual(['queued', 'testing', 'ended']);
  });

  it('name what may pass as transient', async () => {
    const { migrationsIn } = await import('../../../functions/adapters/migrations.ts');

    await expect(migrationsIn('no-such-table').find('x')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('stop to note phases at 200, and keep the phase itself', async () => {
    const id = newId();
    const phases = Array.from({ length: 200 }, () => ({ phase: 'copying' as const, at: 't' }));
    await real.migrations.create(aRecord({ migrationId: id, phases, phase: 'copying' }));
    const record = await real.migrations.update(id, { phase: 'linkLost' });

    expect([record?.phase, record?.phases.length]).toEqual(['linkLost', 200]);
  });
});
