import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { documents } from '../../../functions/adapters/dynamo.ts';
import { fromRows, toRows } from '../../../functions/adapters/sample-rows.ts';
import type { KeptSample } from '../../../functions/migration/sample.ts';
import { type RealTable, realTable } from '../support/table.ts';

let real: RealTable;
beforeAll(async () => {
  real = await realTable();
});
afterAll(() => real.close());

const START_MS = Date.parse('2026-01-01T00:00:00.000Z');
const iso = (seconds: number) => new Date(START_MS + seconds * 1000).toISOString();
const full: KeptSample = {
  at: iso(10),
  phase: 'copying',
  stream: 'aaaaaaaa',
  lagBytes: 0,
  lagSeconds: 0,
  bytesCopied: 5,
  bytesTotal: 9,
  appliedOffset: 7,
  bufferBytes: 8,
  bufferLimitBytes: 10,
  shards: [{ nodeGroupId: '0001', lagBytes: 3 }, { nodeGroupId: '0002' }],
};

describe('samples as a text', () => {
  it('are what they were, whatever is known of them', () => {
    const samples: KeptSample[] = [
      { at: iso(0), phase: 'connecting' },
      full,
      { ...full, at: iso(20) },
      { at: iso(30), phase: 'copying', bufferLimitBytes: 10 },
      { at: iso(40.123), phase: 'inSync', stream: 'bbbbbbbb', lagBytes: 0 },
    ];

    expect(fromRows(toRows(samples))).toEqual(samples);
    expect(fromRows(toRows([]))).toEqual([]);
  });
});

describe('samples in DynamoDB', () => {
  const at = (seconds: number, lagBytes = seconds): KeptSample => ({ at: iso(seconds), phase: 'inSync', lagBytes });

  it('are found between two times, each migration its own', async () => {
    await real.samples.append('one-0123456789ab', [at(10), at(20), at(30)]);
    await real.samples.append('one-0123456789ab', [at(590), at(600), at(610)]);
    await real.samples.append('other-0123456789a', [at(20, 7)]);
    const found = await real.samples.between('one-0123456789ab', START_MS + 20_000, START_MS + 600_000);

    expect(found.map(({ at: time }) => time).sort()).toEqual([20, 30, 590, 600].map(iso));
    expect(await real.samples.between('nobody-0123456789', START_MS, START_MS + 1e6)).toEqual([]);
  });

  it('are found in more items than one call reads', async () => {
    const days = Array.from({ length: 3 }, (_, day) => at(day * 86_400));
    for (const sample of days) await real.samples.append('long-0123456789ab', [sample]);

    expect(await real.samples.between('long-0123456789ab', START_MS, START_MS + 3 * 86_400_000)).toEqual(days);
  });

  it('of months are read some pages at a time', async () => {
    let [underWay, most, calls] = [0, 0, 0];
    const { send } = documents;
    const counted = vi.spyOn(documents, 'send').mockImplementation(async (...given: unknown[]) => {
      most = Math.max(most, ++underWay);
      calls++;
      try {
        return await Reflect.apply(send, documents, given);
      } finally {
        underWay--;
      }
    });
    await real.samples.between('long-0123456789ab', START_MS, START_MS + 30 * 86_400_000);
    counted.mockRestore();

    expect([calls, most]).toEqual([44, 8]);
  });

  it('are in no index, and expire', async () => {
    await real.samples.append('listed-0123456789', [at(10)]);
    const { Item } = (await real.call('GetItem', {
      Key: { pk: { S: 'SAMPLES#listed-0123456789#2026-01-01T00:00' } },
    })) as { Item: Record<string, { N?: string }> };

    expect(Object.keys(Item).sort()).toEqual(['expiresAt', 'pk', 'rows']);
    const days = (Number(Item.expiresAt?.N) - Date.now() / 1000) / 86_400;
    expect(Math.round(days)).toBe(120);
  });
});
