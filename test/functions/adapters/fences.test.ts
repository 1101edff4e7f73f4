import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FenceRecord } from '../../../functions/migration/fence.ts';
import type { Fences } from '../../../functions/migration/lock-ports.ts';
import { FakeFences } from '../support/fences.ts';
import { type RealTable, realTable } from '../support/table.ts';

let real: RealTable;
beforeAll(async () => {
  real = await realTable();
});
afterAll(() => real.close());

let count = 0;
const fenceOf = (attempt: string, deadlineAt = '2026-03-01T00:00:02.000Z'): FenceRecord => ({
  migrationId: `migration-${++count}`,
  replicationGroupId: 'test',
  attempt,
  phase: 'open',
  kind: 'acl',
  openedAt: '2026-03-01T00:00:00.000Z',
  deadlineAt,
  nodes: [],
  times: {},
});

describe.each<[string, () => Fences]>([
  ['in memory, as the other tests have them', () => new FakeFences()],
  ['in DynamoDB', () => real.fences],
])('fences %s', (_, make) => {
  const opened = async (deadlineAt?: string) => {
    const fences = make();
    const fence = fenceOf('one', deadlineAt);
    await fences.open(fence);
    return { fences, fence, id: fence.migrationId };
  };

  it('are found as they were written', async () => {
    const { fences, fence, id } = await opened();

    expect(await fences.find(id)).toEqual(fence);
    expect(await fences.find('another')).toBeUndefined();
  });

  it('are not opened while another try has one, in whichever phase, until it is lifted', async () => {
    const { fences, fence, id } = await opened();
    const next = { ...fence, attempt: 'two' };

    await expect(fences.open(next)).rejects.toThrow('stands already, and is open');
    await fences.advance(id, 'one', { phase: 'sealed' });
    await expect(fences.open(next)).rejects.toThrow('stands already, and is sealed');
    await fences.takeOver(id, 'lifter', 'one');
    await expect(fences.open(next)).rejects.toThrow('stands already, and is lifting');
    await fences.advance(id, 'lifter', { phase: 'lifted', liftedBecause: 'It was time.' });
    await fences.open(next);

    expect(await fences.find(id)).toEqual(next);
  });

  it('are opened by a repeat of the same write', async () => {
    const { fences, fence } = await opened();

    await expect(fences.open(fence)).resolves.toBeUndefined();
  });

  it('are changed by their own try alone', async () => {
    const { fences, id } = await opened();

    expect(await fences.advance(id, 'one', { times: { frozenAt: 'now' } })).toMatchObject({
      phase: 'open',
      times: { frozenAt: 'now' },
    });
    await expect(fences.advance(id, 'two', { phase: 'sealed' })).rejects.toThrow('was taken over');
  });

  it('are sealed only while they are open: one that is being lifted, or was, stays so', async () => {
    const { fences, id } = await opened();
    await fences.takeOver(id, 'lifter', 'one');

    await expect(fences.advance(id, 'one', { phase: 'sealed' })).rejects.toThrow('was taken over');
    await expect(fences.advance(id, 'lifter', { phase: 'sealed' })).rejects.toThrow('was taken over');
    await fences.advance(id, 'lifter', { phase: 'lifted' });
    await expect(fences.advance(id, 'lifter', { times: {} })).rejects.toThrow('was taken over');
    expect(await fences.find(id)).toMatchObject({ phase: 'lifted' });
  });

  it('are taken over from the try that was read, and from no other', async () => {
    const { fences, fence, id } = await opened();

    expect(await fences.takeOver(id, 'lifter', 'an earlier one')).toBeUndefined();
    expect(await fences.takeOver(id, 'lifter', 'one')).toEqual({ ...fence, attempt: 'lifter', phase: 'lifting' });
    expect(await fences.takeOver(id, 'lifter', 'one')).toMatchObject({ attempt: 'lifter' });
    expect(await fences.takeOver(id, 'second lifter', 'one')).toBeUndefined();
    await fences.advance(id, 'lifter', { phase: 'lifted' });
    expect(await fences.takeOver(id, 'second lifter', 'lifter')).toBeUndefined();
  });

  it('are overdue from their deadline on, oldest first, until they are lifted or left', async () => {
    const fences = make();
    const [open, sealed, lifting, left, lifted, later] = [3, 1, 2, 4, 5, 9].map((second) =>
      fenceOf('one', `2025-01-01T00:00:0${second}.000Z`),
    ) as [FenceRecord, FenceRecord, FenceRecord, FenceRecord, FenceRecord, FenceRecord];
    for (const fence of [open, sealed, lifting, left, lifted, later]) await fences.open(fence);
    await fences.advance(sealed.migrationId, 'one', { phase: 'sealed' });
    await fences.advance(left.migrationId, 'one', { phase: 'sealed' });
    await fences.leave(left.migrationId, 'another');
    expect(await fences.overdue('2025-01-01T00:00:08.000Z', 10)).toContain(left.migrationId);

    await fences.leave(left.migrationId, 'one');
    await fences.takeOver(lifting.migrationId, 'lifter', 'one');
    await fences.takeOver(lifted.migrationId, 'lifter', 'one');
    await fences.advance(lifted.migrationId, 'lifter', { phase: 'lifted' });

    const due = [sealed.migrationId, lifting.migrationId, open.migrationId];
    expect(await fences.overdue('2025-01-01T00:00:08.000Z', 10)).toEqual(due);
    expect(await fences.overdue('2025-01-01T00:00:08.000Z', 1)).toEqual([sealed.migrationId]);
  });

  it('are taken over as open ones only as long as they are open', async () => {
    const { fences, id } = await opened();
    await fences.advance(id, 'one', { phase: 'sealed' });
    expect(await fences.takeOver(id, 'lifter', 'one', 'open')).toBeUndefined();

    const early = await opened();
    expect(await early.fences.takeOver(early.id, 'lifter', 'one', 'open')).toMatchObject({ phase: 'lifting' });
    expect(await early.fences.takeOver(early.id, 'lifter', 'one', 'open')).toMatchObject({ attempt: 'lifter' });
  });

  it('come back to the sweeper when a left one is taken over', async () => {
    const { fences, id } = await opened('2025-02-01T00:00:00.000Z');
    await fences.advance(id, 'one', { phase: 'sealed' });
    await fences.leave(id, 'one');
    await fences.takeOver(id, 'lifter', 'one');

    expect(await fences.overdue('2025-02-02T00:00:00.000Z', 10)).toContain(id);
  });
});

describe('fences in DynamoDB', () => {
  it('are not listed among the migrations of their replication group', async () => {
    const fence = { ...fenceOf('one'), replicationGroupId: 'fenced-group' };
    await real.fences.open(fence);

    expect(await real.migrations.list({ replicationGroupId: 'fenced-group', limit: 10 })).toEqual({ migrations: [] });
  });

  it.each([['open'], ['takeOver'], ['lifted']] as const)('stand when only the answer to %s was lost', async (step) => {
    const fence = fenceOf('one');
    const { migrationId: id } = fence;
    const lose = (at: string) => at === step && real.loseNextAnswer();
    lose('open');
    await real.fences.open(fence);
    lose('takeOver');
    await real.fences.takeOver(id, 'lifter', 'one');
    lose('lifted');
    await real.fences.advance(id, 'lifter', { phase: 'lifted' });

    expect(await real.fences.find(id)).toMatchObject({ phase: 'lifted', attempt: 'lifter' });
  });
});
