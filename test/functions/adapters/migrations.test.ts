import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActRequest, ASKS, type Ask } from '../../../functions/migration/acts.ts';
import { DEFAULT_CUTOVER } from '../../../functions/migration/fence.ts';
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

const BY = { by: 'http' as const, principal: 'ops', at: 't' };
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
    expect(await migrations.requestCutover(id, { at: 't', requestId: 'r', by: BY })).toBeUndefined();
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
        migrations.requestCutover(id, { at: '2026-01-01T01:00:00.000Z', reason, requestId: reason, by: BY }),
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

      expect([status, await migrations.requestCutover(id, { at: 't', requestId: 'r', by: BY })]).toEqual([
        status,
        undefined,
      ]);
    }
  });

  it('forget a request that was backed out, with its token, and take the next one', async () => {
    const { migrations, id } = await awaited();
    await migrations.requestCutover(id, { at: 't1', requestId: 'e1', eventId: 'e1', by: BY });
    await migrations.clearCutoverRequest(id, { at: 'b1', reason: 'It was too slow.' });

    expect(await migrations.find(id)).not.toHaveProperty('cutover');
    expect(await migrations.find(id)).not.toHaveProperty('taskToken');
    expect(await migrations.requestCutover(id, { at: 't2', requestId: 'e1', eventId: 'e1', by: BY })).toBeUndefined();
    expect(await migrations.requestCutover(id, { at: 't3', requestId: 'e2', eventId: 'e2', by: BY })).toMatchObject({
      cutover: { requestedAt: 't3' },
    });
  });

  it('keep of a request that was backed out who asked for what and why, and what it came to', async () => {
    const { migrations, id } = await awaited();
    const waivers = ['verification-differences' as const];
    await migrations.requestCutover(id, { at: 't1', requestId: 'r', reason: 'window', waivers, by: BY });
    await migrations.clearCutoverRequest(id, { at: 'b1', reason: 'It was too slow.' });
    await migrations.clearCutoverRequest(id, { at: 'b1', reason: 'It was too slow.' });
    await migrations.clearCutoverRequest(id, { at: 'b2', reason: 'Nobody had asked.' });

    expect((await migrations.find(id))?.backOuts).toEqual([
      { at: 'b1', reason: 'It was too slow.', request: { requestedAt: 't1', reason: 'window', waivers, by: BY } },
      { at: 'b2', reason: 'Nobody had asked.' },
    ]);
  });

  it('keep the last 20 cutovers that came to nothing', async () => {
    const { migrations, id } = await created();
    for (let nth = 1; nth <= 22; nth++) await migrations.clearCutoverRequest(id, { at: `t${nth}`, reason: 'r' });

    const kept = (await migrations.find(id))?.backOuts?.map(({ at }) => at);
    expect([kept?.length, kept?.[0], kept?.at(-1)]).toEqual([20, 't3', 't22']);
  });

  const anAct = (requestId: string, reason = 'why'): ActRequest => ({ at: 't', reason, by: BY, requestId });
  const fence = { kind: 'acl', phase: 'sealed', nodes: 1, openedAt: 't' } as const;
  const cutoverSettings = DEFAULT_CUTOVER;
  const promoted = { status: 'promoted', promotedAt: 't', fence, cutoverSettings } as const;
  const not = { possible: false, why: 'w', asOf: 't' };
  const whenever: [Partial<MigrationRecord>, Ask[]][] = [
    [{ status: 'accepted', cutoverSettings }, ['abort']],
    [{ status: 'cuttingOver', phase: 'fencing', fence: { ...fence, phase: 'open' }, cutoverSettings }, ['abort']],
    [{ status: 'cuttingOver', phase: 'promotionInDoubt', fence, cutoverSettings }, ['abort', 'confirm', 'unfence']],
    [{ status: 'cuttingOver', phase: 'promotionInDoubt', cutoverSettings }, ['abort', 'confirm', 'unfence']],
    [{ ...promoted, phase: 'promotionInDoubt' }, ['unfence', 'rollback', 'close']],
    [{ phase: 'promotionInDoubt', cutoverSettings, pendingAct: { act: 'unfence', at: 't' } }, ['abort']],
    [{ phase: 'promotionInDoubt', cutoverSettings, outcome: 'failed', completeSentAt: 't' }, ['unfence']],
    [{ phase: 'promotionInDoubt', cutoverSettings, pendingAct: { act: 'confirm', at: 't' } }, ['abort', 'unfence']],
    [promoted, ['unfence', 'rollback', 'close']],
    [{ status: 'promoted', promotedAt: 't' }, ['close']],
    [{ ...promoted, fence: { ...fence, phase: 'lifted' } }, ['close']],
    [{ ...promoted, pendingAct: { act: 'rollback', at: 't' } }, ['close']],
    [{ ...promoted, rollback: anAct('r') }, ['unfence', 'rollback', 'close']],
    [{ ...promoted, rollbackPossibility: not }, ['unfence', 'rollback', 'close']],
    [{ ...promoted, rollbackPossibility: { ...not, forGood: true } }, ['unfence', 'close']],
    [{ ...promoted, unfencedAt: 't' }, ['close']],
    [{ ...promoted, unfencedAt: 's' }, ['unfence', 'rollback', 'close']],
    [{ phase: 'promotionInDoubt', fence, cutoverSettings, unfencedAt: 's' }, ['abort', 'confirm', 'unfence']],
    [{ ...promoted, status: 'completed', outcome: 'completed' }, ['unfence', 'rollback']],
    [{ ...promoted, status: 'completed', outcome: 'completed', rolledBackAt: 't' }, []],
    [{ status: 'failed', outcome: 'failed', completeSentAt: 't', cutoverSettings }, ['unfence']],
    [{ status: 'failed', outcome: 'failed', cutoverSettings }, []],
    [{ status: 'failed', outcome: 'failed', cutoverSettings, fence }, ['unfence']],
    [{ status: 'failed', outcome: 'failed', cutoverSettings, fence: { ...fence, phase: 'lifted' } }, []],
  ];

  it.each(whenever)('of %j note as asked for only %j, once', async (change, wanted) => {
    for (const act of ASKS) {
      const { migrations, id } = await created(change);
      const both = await Promise.all([
        migrations.requestAct(id, act, anAct('1')),
        migrations.requestAct(id, act, anAct('2')),
      ]);

      expect([act, both.filter(Boolean).length]).toEqual([act, wanted.includes(act) ? 1 : 0]);
      if (wanted.includes(act)) expect((await migrations.find(id))?.[act]).toEqual(both.find(Boolean)?.[act]);
    }
  });

  it('note an unfence in place of one that waits, or of a rollback, only where it gives nodes up', async () => {
    const giveUp = [{ address: '10.0.0.5', port: 6379 }];
    const [unfencing, rolling] = [
      await created({ ...promoted, pendingAct: { act: 'unfence', at: 't' } }),
      await created({ ...promoted, pendingAct: { act: 'rollback', at: 't' } }),
    ];
    for (const { migrations, id } of [unfencing, rolling]) {
      expect(await migrations.requestAct(id, 'unfence', anAct('1'))).toBeUndefined();
    }
    const again = { ...anAct('2'), giveUp };

    for (const { migrations, id } of [unfencing, rolling]) {
      const pendingAct = { act: 'unfence', at: again.at };
      expect(await migrations.requestAct(id, 'unfence', again)).toMatchObject({ unfence: again, pendingAct });
    }
  });

  it('record a promotion, unless one is recorded or the migration has ended', async () => {
    const change = { status: 'promoted', phase: 'closing', promotedAt: 't2' } as const;
    const doubtful = await created({ status: 'cuttingOver', phase: 'promotionInDoubt' });
    const confirmed = await doubtful.migrations.recordPromotion(doubtful.id, change);
    expect(confirmed).toMatchObject(change);
    const others = [await created({ promotedAt: 't1' }), await created({ status: 'failed', outcome: 'failed' })];
    for (const { migrations, id } of others) expect(await migrations.recordPromotion(id, change)).toBeUndefined();
  });

  it('record a doubt, unless a promotion is recorded or the migration has ended', async () => {
    const doubt = { phase: 'promotionInDoubt', statusReason: 'It is in doubt.' } as const;
    const promoting = await created({ status: 'cuttingOver', phase: 'promoting' });
    expect(await promoting.migrations.recordDoubt(promoting.id, doubt)).toMatchObject(doubt);
    const others = [await created({ promotedAt: 't1' }), await created({ status: 'failed', outcome: 'failed' })];
    for (const { migrations, id } of others) {
      expect(await migrations.recordDoubt(id, doubt)).toBeUndefined();
      expect(await migrations.find(id)).not.toMatchObject(doubt);
    }
  });

  it('note whether a rollback is possible, until it is known never to be again', async () => {
    const { migrations, id } = await created(promoted);
    await migrations.noteRollback(id, { possible: true, asOf: 't1' } as never);
    const never = { ...not, forGood: true } as const;
    await migrations.noteRollback(id, never);
    await migrations.noteRollback(id, { possible: true, asOf: 't2' } as never);

    expect((await migrations.find(id))?.rollbackPossibility).toEqual(never);
  });

  it("record an operator's confirmation only while it is asked for", async () => {
    const change = { status: 'promoted', phase: 'closing', promotedAt: 't2' } as const;
    const doubt = { status: 'cuttingOver', phase: 'promotionInDoubt' } as const;
    const [asked, unfencing, concluded] = [
      await created({ ...doubt, pendingAct: { act: 'confirm', at: 't' } }),
      await created({ ...doubt, pendingAct: { act: 'unfence', at: 't' } }),
      await created(doubt),
    ];

    expect(await asked.migrations.recordPromotion(asked.id, change, 'confirm')).toMatchObject(change);
    for (const { migrations, id } of [unfencing, concluded]) {
      expect(await migrations.recordPromotion(id, change, 'confirm')).toBeUndefined();
      expect(await migrations.find(id)).toMatchObject(doubt);
    }
  });

  it('forget what was asked for only for the request that it was', async () => {
    const { migrations, id } = await created();
    await migrations.requestAct(id, 'abort', anAct('1'));
    await migrations.forgetAct(id, 'abort', '2');
    expect(await migrations.find(id)).toHaveProperty('abort');

    await migrations.forgetAct(id, 'abort', '1');
    expect(await migrations.find(id)).not.toHaveProperty('abort');
    expect(await migrations.requestAct(id, 'abort', anAct('3'))).toMatchObject({ abort: { requestId: '3' } });
  });

  it('take no request for a cutover after one for an abort', async () => {
    const { migrations, id } = await awaited();
    await migrations.requestAct(id, 'abort', anAct('1'));

    expect(await migrations.requestCutover(id, { at: 't', requestId: 'r', by: BY })).toBeUndefined();
  });

  it('end a dry run that is to be aborted as aborted, and not well', async () => {
    const { migrations, id } = await created();
    await migrations.requestAct(id, 'abort', anAct('1'));

    const standing = await migrations.end(id, 'dryRunCompleted', { status: 'dryRunCompleted', phase: 'ended' });
    expect(standing).not.toHaveProperty('outcome');
    expect(await migrations.end(id, 'aborted', { status: 'aborted' })).toMatchObject({ outcome: 'aborted' });
  });

  it('take notes of what came after the end', async () => {
    const { migrations, id } = await created({ status: 'completed', outcome: 'completed' });
    await migrations.note(id, { rolledBackAt: 't', fence: { ...fence, phase: 'lifted' } });

    expect(await migrations.find(id)).toMatchObject({
      status: 'completed',
      rolledBackAt: 't',
      fence: { phase: 'lifted' },
    });
    expect(await migrations.note('none-000000000000', { unfencedAt: 't' })).toBeUndefined();
  });

  it('are marked as settled only once they have ended', async () => {
    const { migrations, id } = await created();
    await migrations.markSettled(id);
    expect(await migrations.find(id)).toHaveProperty('unsettled');

    await migrations.end(id, 'failed', { status: 'failed' });
    await migrations.markSettled(id);
    expect(await migrations.find(id)).not.toHaveProperty('unsettled');
  });

  it('keep who swept them, with their time as it was', async () => {
    const { migrations, id } = await created();
    const before = await migrations.find(id);
    await migrations.noteSweep(id, { settle: `${id}-1` });

    expect(await migrations.find(id)).toEqual({ ...before, sweptAs: { settle: `${id}-1` } });
    await migrations.noteSweep('none-000000000000', { settle: 'x' });
    expect(await migrations.find('none-000000000000')).toBeUndefined();
  });

  describe('an act that is asked for', () => {
    const rollback = { act: 'rollback', at: '2026-01-01T00:00:00.000Z' } as const;
    const later = new Date(Date.now() + 3600_000).toISOString();
    const never = '2000-01-01T00:00:00.000Z';
    const suspects = async (migrations: Migrations, id: string, endedBefore: string) =>
      (await migrations.unsettled({ endedBefore, atWorkBefore: never }, 1000)).filter((one) => one.migrationId === id);

    it('is pending from its request on, also after the end', async () => {
      const { migrations, id } = await created({ status: 'promoted', promotedAt: 't', fence, cutoverSettings });
      await migrations.end(id, 'completed', { status: 'completed' });
      await migrations.markSettled(id);
      await migrations.requestAct(id, 'rollback', { ...anAct('1'), at: rollback.at });

      expect(await migrations.find(id)).toMatchObject({ pendingAct: rollback });
      expect(await suspects(migrations, id, later)).toHaveLength(1);
    });

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
  it('tell of each write once, however often it is repeated', async () => {
    const id = newId();
    real.facts.length = 0;
    for (let turn = 0; turn < 2; turn++) {
      await real.migrations.create(aRecord({ migrationId: id }));
      await real.migrations.update(id, { phase: 'inSync' });
    }
    for (let turn = 0; turn < 2; turn++) await real.migrations.recordPromotion(id, { promotedAt: 't' });
    for (let turn = 0; turn < 2; turn++) await real.migrations.end(id, 'completed', { status: 'completed' });
    await real.migrations.end(id, 'failed', { status: 'failed' });

    expect(real.facts).toEqual(['created', 'entered inSync', 'promoted', 'ended completed']);
  });

  it('tell of a write whose answer was lost not at all: its repeat finds it done', async () => {
    const id = newId();
    await real.migrations.create(aRecord({ migrationId: id }));
    real.facts.length = 0;
    real.loseNextAnswer();
    await real.migrations.end(id, 'failed', { status: 'failed' });

    expect(real.facts).toEqual([]);
  });

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
