import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { STARTS_AT_ONCE, takeBeginning } from '../../../functions/replication/line.ts';
import { makeMoveUp } from '../../../functions/replication/move-up.ts';
import { aRecord } from '../support/records.ts';
import { type RealTable, realTable } from '../support/table.ts';
import { FakeWorkflow } from '../support/workflow.ts';

let table: RealTable;
beforeAll(async () => {
  table = await realTable();
});
afterAll(() => table.close());

describe('the count in DynamoDB', () => {
  it('is there once somebody has counted', async () => {
    expect(await table.fleet.find()).toBeUndefined();
    await table.fleet.note({ atWork: 3, asOf: '2026-01-01T00:00:00.000Z' });

    expect(await table.fleet.find()).toMatchObject({ atWork: 3, asOf: '2026-01-01T00:00:00.000Z' });
  });

  it('is of those that are neither settled nor wait for their cutover or their turn', async () => {
    expect(await table.migrations.countOpen()).toEqual({ atWork: 0, inLine: 0 });
    for (const [nth, status] of ['syncing', 'verifying', 'awaitingCutover'].entries()) {
      await table.migrations.create(aRecord({ migrationId: `counted-${nth}23456789ab`, status: status as 'syncing' }));
    }

    const turnAt = '2026-01-01T01:00:00.000Z';
    await table.migrations.create(aRecord({ migrationId: 'waits-0123456789ab', turnAt }));
    await table.migrations.create(aRecord({ migrationId: 'began-0123456789ab', turnAt, status: 'awaitingCutover' }));

    expect(await table.migrations.countOpen()).toEqual({ atWork: 2, inLine: 1 });
  });
});

const NOW = 1_000_000;
const take = (times: number) => Promise.all(Array.from({ length: times }, () => table.line.takeTurn(NOW, 5000)));

describe('the line in DynamoDB', () => {
  beforeEach(() => table.call('DeleteItem', { Key: { pk: { S: 'FLEET#line' } } }));

  it('gives each a turn of its own, and the first one now', async () => {
    const turns = await take(10);

    expect(turns.sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, nth) => NOW + nth * 5000));
  });

  it('is empty again once its turns are over', async () => {
    await take(10);

    expect(await table.line.takeTurn(NOW + 50_000, 5000)).toBe(NOW + 50_000);
    expect(await table.line.takeTurn(2_000_000, 5000)).toBe(2_000_000);
  });

  it('has no end before anybody came, not even where a turn was given back', async () => {
    expect(await table.line.end()).toBeUndefined();
    await table.line.giveBack();

    expect(await table.line.end()).toEqual({ nextMs: 0, unused: 1 });
    expect(await table.line.takeTurn(NOW, 5000)).toBe(NOW);
  });

  it('is drawn nearer, with whoever came since it was looked at still behind the others', async () => {
    await take(100);
    const seen = (await table.line.end()) ?? { nextMs: 0, unused: 0 };
    const [since] = await take(1);

    expect(await table.line.shorten(seen, 400_000)).toBe(true);
    expect([seen.nextMs, since]).toEqual([NOW + 500_000, NOW + 500_000]);
    // Of the hundred, twenty are left, and one that came since.
    expect(await table.line.takeTurn(NOW, 5000)).toBe(NOW + 105_000);
  });

  it('is drawn nearer once by two who have seen the same', async () => {
    await take(100);
    await table.line.giveBack();
    const seen = (await table.line.end()) ?? { nextMs: 0, unused: 0 };
    const drawn = [await table.line.shorten(seen, 400_000), await table.line.shorten(seen, 400_000)];

    expect(drawn).toEqual([true, false]);
    expect(await table.line.end()).toEqual({ nextMs: NOW + 100_000, unused: 0 });
  });

  it.each([7, 14, 17])('is drawn nearer with any number of starts in a minute: %i', async (startsPerMinute) => {
    const waiting = 20;
    for (let nth = 0; nth < 50; nth++) await takeBeginning(table.line, startsPerMinute, NOW + nth);
    await table.line.giveBack();
    const seen = await table.line.end();
    const migrations = { inLine: async () => [] };
    await makeMoveUp(table.line, migrations, new FakeWorkflow(), startsPerMinute, { now: () => NOW })(seen, waiting);

    const everyMs = Math.ceil(60_000 / startsPerMinute);
    expect(await table.line.end()).toEqual({ nextMs: NOW + (STARTS_AT_ONCE + waiting) * everyMs, unused: 0 });
  });

  it('is drawn nearer where an earlier release has left it a fraction', async () => {
    const at = { pk: { S: 'FLEET#line' }, nextMs: { N: '1795443128571.428685714265' }, unused: { N: '1' } };
    await table.call('PutItem', { Item: at });
    const seen = (await table.line.end()) ?? { nextMs: 0, unused: 0 };

    expect(seen.nextMs).toBe(1_795_443_128_571);
    expect(await table.line.shorten(seen, 1000)).toBe(true);
  });

  it('forgets the turns that it was seen with, and no other', async () => {
    await take(1);
    await table.line.giveBack();
    const seen = (await table.line.end()) ?? { nextMs: 0, unused: 0 };
    await table.line.giveBack();
    await table.line.shorten(seen, 0);

    expect(await table.line.end()).toEqual({ nextMs: NOW + 5000, unused: 1 });
  });
});
