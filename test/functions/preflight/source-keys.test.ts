import { describe, expect, it } from 'vitest';
import type { SampledKey } from '../../../functions/preflight/facts.ts';
import { ask, sourceInfo } from '../support/facts.ts';

const MIB = 1024 * 1024;
const key = (change: Partial<SampledKey> = {}): SampledKey => ({
  database: 0,
  name: 'key:1',
  type: 'hash',
  bytes: 100,
  elements: 5,
  ...change,
});
const plain = (count: number) => Array.from({ length: count }, () => key());

describe('big keys', () => {
  it.each<[Partial<SampledKey>, boolean]>([
    [{ elements: 100_000 }, false],
    [{ elements: 100_001 }, true],
    [{ bytes: 64 * MIB }, false],
    [{ bytes: 64 * MIB + 1 }, true],
    [{ type: 'string', elements: 200_000 }, false],
    [{ type: 'string', elements: 64 * MIB + 1 }, true],
  ])('%o is one: %s', (change, found) => {
    expect(ask('big-keys', { sourceKeys: [key(change)] }) !== undefined).toBe(found);
  });

  it('are named with their sizes, the biggest first', () => {
    const sourceKeys = [
      ...plain(8),
      key({ name: 'queue', type: 'list', elements: 250_000, bytes: 10 * MIB }),
      key({ name: 'blob', type: 'string', elements: 100 * MIB, bytes: 100 * MIB, database: 3 }),
    ];

    expect(ask('big-keys', { sourceKeys })?.found).toBe(
      '2 of 10 sampled: `blob` of db3 (string, 100 MiB) and `queue` of db0 (list, 250,000 elements, 10 MiB).',
    );
  });
});

describe('TTLs', () => {
  it('are short when a twentieth of the sample expires within a minute', () => {
    const short = key({ name: 'otp', ttlMs: 60_000 });

    expect(ask('short-ttls', { sourceKeys: [...plain(19), short] })?.found).toBe(
      '1 of 20 sampled: `otp` of db0 in 60 s.',
    );
    expect(ask('short-ttls', { sourceKeys: [...plain(20), short] })).toBeUndefined();
    expect(ask('short-ttls', { sourceKeys: [key({ ttlMs: 60_001 })] })).toBeUndefined();
    expect(ask('short-ttls', { sourceKeys: [] })).toBeUndefined();
  });

  it('slide when one grew between the looks', () => {
    const looks = (ttlMs?: number, laterTtlMs?: number) =>
      ask('sliding-ttls', {
        sourceKeys: [key({ ...(ttlMs !== undefined && { ttlMs }), ...(laterTtlMs !== undefined && { laterTtlMs }) })],
      })?.found;

    expect(looks(900_000, 900_001)).toBe('1 of 1 sampled: `key:1` of db0 from 900000 ms to 900001 ms.');
    expect(looks(900_000, 900_000)).toBeUndefined();
    expect(looks(900_000, 899_000)).toBeUndefined();
    expect(looks(900_000, undefined)).toBeUndefined();
    expect(looks(undefined, 900_000)).toBeUndefined();
  });
});

describe('a large keyspace', () => {
  const large = (keys: number, bytes: number) =>
    ask('keyspace-large', {
      sourceInfo: sourceInfo({
        db0: `keys=${keys - 1},expires=0,avg_ttl=0`,
        db1: 'keys=1,expires=1,avg_ttl=5',
        used_memory_dataset: String(bytes),
      }),
    })?.found;

  it('has 100 million keys or 50 GB', () => {
    expect(large(99_999_999, 49_999_999_999)).toBeUndefined();
    expect(large(100_000_000, 4e9)).toBe('100,000,000 keys, 3.73 GiB: about 2 min at 40 MB/s.');
    expect(large(10, 50e9)).toBe('10 keys, 46.6 GiB: about 21 min at 40 MB/s.');
    expect(large(10, 500e9)).toBe('10 keys, 466 GiB: about 3.5 h at 40 MB/s.');
  });
});

describe('buffers of the source', () => {
  const writes = (rate: number) => ({
    windowMs: 5000,
    lowBytesPerSecond: rate,
    highBytesPerSecond: rate,
    measuredBy: 'offset' as const,
  });
  const asked = (rate: number) =>
    (['full-sync-will-fail', 'full-sync-tight', 'backlog-small'] as const).filter((id) =>
      ask(id, { writes: writes(rate) }),
    );

  it('give the finding of the forecast, and one for the backlog', () => {
    // 1 GiB in 18 s to 55 s, limits of 4 GiB and of 2 GiB for 60 s, a backlog of 1 GiB.
    expect(asked(1e6)).toEqual([]);
    expect(asked(18e6)).toEqual(['backlog-small']);
    expect(asked(100e6)).toEqual(['full-sync-tight', 'backlog-small']);
    expect(asked(400e6)).toEqual(['full-sync-will-fail', 'backlog-small']);
  });

  it('are told with their figures and the line that raises them', () => {
    expect(ask('backlog-small', { writes: writes(18e6) })).toEqual({
      found: 'repl-backlog-size is 1 GiB; at up to 17.2 MiB written a second, 60 s need 1.01 GiB.',
      remedy: ['redis-cli -h 10.0.0.5 -p 6379 CONFIG SET repl-backlog-size 2160066560'],
    });
    expect(ask('full-sync-tight', { writes: writes(100e6) })?.remedy).toHaveLength(1);
    expect(ask('full-sync-will-fail', { writes: writes(400e6) })?.found).toMatch(/^1 GiB are copied in 18-55 s while/);
  });
});
