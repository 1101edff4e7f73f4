import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, startPair } from './support/pair.ts';
import { found, verify } from './support/verify.ts';

const SMALL = 'small';
const BIG = 'big';
const BIG_ENTRIES = 600;

describe('pending entries whose consumer read its history again', () => {
  let pair: Pair;

  beforeAll(async () => {
    pair = await startPair();
    for (const [key, entries] of [
      [SMALL, 3],
      [BIG, BIG_ENTRIES],
    ] as const) {
      await pair.onSource.runAll([
        ...Array.from({ length: entries }, (_, index) => ['XADD', key, `${index + 1}-0`, 'field', 'value']),
        ['XGROUP', 'CREATE', key, 'group', '0'],
        ['XREADGROUP', 'GROUP', 'group', 'worker', 'COUNT', String(entries), 'STREAMS', key, '>'],
      ]);
    }
    await pair.caughtUp();
    for (const key of [SMALL, BIG])
      await pair.onSource.run('XREADGROUP', 'GROUP', 'group', 'worker', 'STREAMS', key, '0');
  });
  afterAll(() => pair.stop());

  it('have other delivery counts on the two servers', async () => {
    const counts = await Promise.all(
      [pair.onSource, pair.onTarget].map((client) =>
        client.run<unknown[][]>('XPENDING', SMALL, 'group', '-', '+', '1'),
      ),
    );

    expect(counts.map(([entry]) => entry?.[3])).toEqual([2, 1]);
  });

  it.each(['by scripts', 'by plain commands'])('are the same all the same, read %s', async (manner) => {
    if (manner === 'by plain commands')
      for (const client of [pair.onSource, pair.onTarget]) await client.run('ACL', 'SETUSER', 'default', '-@scripting');
    const result = await verify(pair.source.port, pair.target.port);

    expect(found(result)).toEqual([]);
    expect(result).toMatchObject({ verdict: 'same', counts: { compared: 2, big: 1 } });
  });
});
