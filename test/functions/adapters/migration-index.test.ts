import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ListQuery } from '../../../functions/migration/ports.ts';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { aRecord, CALLER } from '../support/records.ts';
import { type RealTable, realTable } from '../support/table.ts';

let table: RealTable;
beforeAll(async () => {
  table = await realTable();
  await Promise.all(RECORDS.map((record) => table.migrations.create(record)));
});
afterAll(() => table.close());

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

/** 30 migrations a minute apart: groups `even` and `odd`; every third one awaits its cutover, the others sync. */
const RECORDS: MigrationRecord[] = Array.from({ length: 30 }, (_, minute) => {
  const replicationGroupId = minute % 2 === 0 ? 'even' : 'odd';
  return aRecord({
    migrationId: `${replicationGroupId}-${String(minute).padStart(12, '0')}`,
    replicationGroupId,
    status: minute % 3 === 0 ? 'awaitingCutover' : 'syncing',
    acceptedAt: at(minute),
    updatedAt: at(minute),
  });
});

/** The minutes of the migrations on each page, and the tokens between them. */
const pages = async (query: ListQuery) => {
  const minutes: number[][] = [];
  let nextToken: string | undefined;
  do {
    const page = await table.migrations.list({ ...query, ...(nextToken && { nextToken }) });
    minutes.push(page.migrations.map(({ migrationId }) => Number(migrationId.slice(-12))));
    nextToken = page.nextToken;
  } while (nextToken);
  return minutes;
};
const matching = (test: (minute: number) => boolean) =>
  Array.from({ length: 30 }, (_, index) => 29 - index).filter(test);

describe('the list of migrations', () => {
  it('has the newest first, page by page, none twice and none left out', async () => {
    const found = await pages({ limit: 7 });

    expect(found.flat()).toEqual(matching(() => true));
    expect(found.slice(0, 4).map((page) => page.length)).toEqual([7, 7, 7, 7]);
  });

  it.each<[string, Partial<ListQuery>, (minute: number) => boolean]>([
    ['status', { status: 'awaitingCutover' }, (minute) => minute % 3 === 0],
    ['group', { replicationGroupId: 'odd' }, (minute) => minute % 2 === 1],
    [
      'status and group',
      { status: 'awaitingCutover', replicationGroupId: 'odd' },
      (minute) => minute % 3 === 0 && minute % 2 === 1,
    ],
    ['a group that there is not', { replicationGroupId: 'none' }, () => false],
    ['a status that nothing has', { status: 'failed' }, () => false],
  ])('filters by %s', async (_, filters, test) => {
    for (const limit of [1, 4, 100]) {
      expect((await pages({ ...filters, limit })).flat()).toEqual(matching(test));
    }
  });

  it('fills a page although the second filter leaves little of what the index gives', async () => {
    const { migrations } = await table.migrations.list({
      status: 'awaitingCutover',
      replicationGroupId: 'even',
      limit: 4,
    });

    expect(migrations).toHaveLength(4);
  });

  it('refuses a token under other filters than it was given for', async () => {
    const { nextToken = '' } = await table.migrations.list({ replicationGroupId: 'odd', limit: 2 });

    await expect(table.migrations.list({ replicationGroupId: 'even', limit: 2, nextToken })).rejects.toMatchObject({
      violations: [{ parameter: 'nextToken', detail: 'was given for other filters' }],
    });
  });

  const forged = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url');
  it.each([
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('{').toString('base64url')],
    ['null', forged(null)],
    ['a list', forged([1])],
    ['no key', forged({ last: {}, filters: {} })],
    ['no text in it', forged({ last: { pk: 1 }, filters: {} })],
    ['half a key', forged({ last: { pk: 'MIGRATION#x' }, filters: {} })],
    ['a key too many', forged({ last: { pk: 'x', listed: 'yes', sortKey: 's', more: 'm' }, filters: {} })],
    ['the key of another index', forged({ last: { pk: 'x', status: 'syncing', sortKey: 's' }, filters: {} })],
    ['an empty key', forged({ last: { pk: '', listed: 'yes', sortKey: '' }, filters: {} })],
  ])('refuses a token with %s', async (_, nextToken) => {
    await expect(table.migrations.list({ limit: 2, nextToken })).rejects.toMatchObject({
      name: 'InvalidRequestError',
      violations: [{ parameter: 'nextToken' }],
    });
  });
});

describe('what is unsettled', () => {
  const unsettled = async (endedBefore: string, atWorkBefore: string, limit = 100) =>
    (await table.migrations.unsettled({ endedBefore, atWorkBefore }, limit)).map(({ migrationId }) => migrationId);

  it('is what nobody has written for so long, oldest first', async () => {
    expect(await unsettled(at(3), at(3))).toEqual(['even-000000000000', 'odd-000000000001', 'even-000000000002']);
  });

  it('finds a dead one behind any number of migrations that are only waiting', async () => {
    const dead = aRecord({ migrationId: 'dead-0123456789ab', acceptedAt: at(40), updatedAt: at(40) });
    await table.migrations.create(dead);

    expect(await unsettled(at(50), at(0), 1)).toEqual([dead.migrationId]);
  });

  it('is found in as many queries as there are pages, however few pass the filter', async () => {
    const { documents } = await import('../../../functions/adapters/dynamo.ts');
    const send = vi.spyOn(documents, 'send');
    onTestFinished(() => send.mockRestore());

    // The last two of 30, and one that is not there.
    const found = await table.migrations.unsettled({ endedBefore: at(0), atWorkBefore: at(2) }, 3);
    expect([found.length, send.mock.calls.length]).toEqual([2, 1]);
    expect([await table.migrations.inLine(2, at(0)), send.mock.calls.length]).toEqual([[], 2]);
  });

  it('no longer has what is settled', async () => {
    const id = 'gone-0123456789ab';
    await table.migrations.create(aRecord({ migrationId: id, acceptedAt: at(41), updatedAt: at(41) }));
    await table.migrations.end(id, 'failed', { status: 'failed' });
    const later = new Date(Date.now() + 60_000).toISOString();
    expect(await unsettled(later, at(0))).toContain(id);

    await table.migrations.markSettled(id);
    expect(await unsettled(later, at(0))).not.toContain(id);
  });

  it('is no migration that waits for its turn, but one that has said nothing of it for long', async () => {
    const turnAt = at(600);
    const waiting = aRecord({ migrationId: 'line-000000000001', acceptedAt: at(60), updatedAt: at(70), turnAt });
    const silent = aRecord({ migrationId: 'line-000000000002', acceptedAt: at(61), updatedAt: at(62), turnAt });
    const calls = { ...silent, migrationId: 'line-000000000003', status: 'checking' as const };
    for (const record of [waiting, silent, calls]) await table.migrations.create(record);
    const found = await unsettled(at(80), at(65));

    expect(found.filter((id) => id.startsWith('line'))).toEqual([silent.migrationId, calls.migrationId]);
    const inLine = (await table.migrations.inLine(10, at(0))).map(({ migrationId }) => migrationId);
    expect(inLine).toEqual([waiting.migrationId, silent.migrationId]);
    expect(await table.migrations.inLine(1, at(0))).toHaveLength(1);
    expect((await table.migrations.inLine(10, at(65))).map(({ migrationId }) => migrationId)).toEqual([
      waiting.migrationId,
    ]);

    const request = { at: at(90), reason: 'r', by: { ...CALLER, at: at(90) }, requestId: 'r' };
    await table.migrations.requestAct(waiting.migrationId, 'abort', request);
    expect((await table.migrations.inLine(10, at(0))).map(({ migrationId }) => migrationId)).toEqual([
      silent.migrationId,
    ]);
    expect((await table.migrations.countOpen()).inLine).toBe(1);
  });
});
