import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aRecord } from '../support/records.ts';
import { type RealTable, realTable } from '../support/table.ts';

let table: RealTable;
beforeAll(async () => {
  table = await realTable();
});
afterAll(() => table.close());

describe('the line in DynamoDB', () => {
  it('gives each a turn of its own, and the first one now', async () => {
    const turns = await Promise.all(Array.from({ length: 10 }, () => table.fleet.takeTurn(1_000_000, 5000)));

    expect(turns.sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, nth) => 1_000_000 + nth * 5000));
  });

  it('is empty again once its turns are over', async () => {
    expect(await table.fleet.takeTurn(1_050_000, 5000)).toBe(1_050_000);
    expect(await table.fleet.takeTurn(2_000_000, 5000)).toBe(2_000_000);
  });
});

describe('the count in DynamoDB', () => {
  it('is there once somebody has counted', async () => {
    expect(await table.fleet.find()).toBeUndefined();
    await table.fleet.note({ atWork: 3, asOf: '2026-01-01T00:00:00.000Z' });

    expect(await table.fleet.find()).toMatchObject({ atWork: 3, asOf: '2026-01-01T00:00:00.000Z' });
  });

  it('is of those that are neither settled nor wait for their cutover', async () => {
    expect(await table.migrations.countAtWork()).toBe(0);
    for (const [nth, status] of ['syncing', 'verifying', 'awaitingCutover'].entries()) {
      await table.migrations.create(aRecord({ migrationId: `counted-${nth}23456789ab`, status: status as 'syncing' }));
    }

    expect(await table.migrations.countAtWork()).toBe(2);
  });
});
