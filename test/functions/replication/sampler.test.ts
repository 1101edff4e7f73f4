import { beforeEach, describe, expect, it } from 'vitest';
import { toRows } from '../../../functions/adapters/sample-rows.ts';
import { TransientServiceError } from '../../../functions/migration/errors.ts';
import { withSpeed } from '../../../functions/migration/history.ts';
import type { Progress } from '../../../functions/migration/record.ts';
import { thin } from '../../../functions/migration/thin.ts';
import { judgeLink } from '../../../functions/replication/link-state.ts';
import { makeSampler } from '../../../functions/replication/sampler.ts';
import type { LinkReading } from '../../../functions/replication/shard-link.ts';
import { aReplica, aSource, lookAt, unreadable } from '../support/nodes.ts';
import { FakeSamples } from '../support/samples.ts';

const START_MS = Date.parse('2026-01-01T00:00:00.000Z');
const iso = (seconds: number) => new Date(START_MS + seconds * 1000).toISOString();

let samples: FakeSamples;
beforeEach(() => {
  samples = new FakeSamples();
});

const seen = (seconds: number, ...readings: LinkReading[]) => ({
  readings,
  states: readings.map(judgeLink),
  nowMs: START_MS + seconds * 1000,
});
/** A target that is so many bytes behind a source at this offset. */
const behind = (offset: number, lagBytes: number, nodeGroupId = '0001') =>
  lookAt(aSource({ offset }), aReplica({}, { offset: offset - lagBytes }), { nodeGroupId });
const copied = (bytesCopied: number, bufferBytes = 0): Progress => ({
  bytesCopied,
  bytesTotal: 1e12,
  buffer: { bytes: bufferBytes, limitBytes: 268_435_456 },
  asOf: iso(0),
});

describe('the sampler', () => {
  it('makes one sample of ten looks, with the largest lag of them and where the stream is at the last', async () => {
    const sampler = makeSampler(samples, 'm', 1000);
    for (let second = 0; second < 20; second++) {
      await sampler.note(seen(second, behind(1000 + second, second === 4 ? 500 : 1)), 'inSync');
    }
    await sampler.flush();

    expect(samples.all).toEqual([
      { at: iso(9), phase: 'inSync', lagBytes: 500, lagSeconds: 0, appliedOffset: 1008, stream: 'aaaaaaaa' },
      { at: iso(19), phase: 'inSync', lagBytes: 1, lagSeconds: 0, appliedOffset: 1018, stream: 'aaaaaaaa' },
    ]);
  });

  it('begins a new one with every phase, and leaves out what is not known', async () => {
    const sampler = makeSampler(samples, 'm', 1000);
    const copying = lookAt(aSource(), aReplica({ status: 'down', syncInProgress: true }));
    await sampler.note(seen(0, copying), 'copying', copied(5000, 70));
    await sampler.note(seen(1, copying), 'copying', copied(6000, 20));
    await sampler.note(seen(2, lookAt(aSource(), unreadable())), 'linkLost', copied(6000));
    await sampler.flush();

    expect(samples.all).toEqual([
      {
        at: iso(1),
        phase: 'copying',
        bytesCopied: 6000,
        bytesTotal: 1e12,
        bufferBytes: 70,
        bufferLimitBytes: 268_435_456,
      },
      { at: iso(2), phase: 'linkLost', bufferBytes: 0, bufferLimitBytes: 268_435_456 },
    ]);
  });

  it('adds shards up, and tells each apart', async () => {
    const sampler = makeSampler(samples, 'm', 1000);
    await sampler.note(seen(0, behind(1000, 5, '0001'), behind(3000, 7, '0002')), 'catchingUp');
    await sampler.flush();

    expect(samples.all).toMatchObject([
      {
        lagBytes: 12,
        appliedOffset: 3988,
        stream: 'aaaaaaaa+aaaaaaaa',
        shards: [
          { nodeGroupId: '0001', lagBytes: 5, lagSeconds: 0 },
          { nodeGroupId: '0002', lagBytes: 7, lagSeconds: 0 },
        ],
      },
    ]);
  });

  it('holds what the table does not take, and writes it with the next', async () => {
    let failing = true;
    const append = async (id: string, kept: Parameters<FakeSamples['append']>[1]) => {
      if (failing) throw new TransientServiceError('Write samples', new Error('throttled'));
      return samples.append(id, kept);
    };
    const sampler = makeSampler({ append }, 'm', 1000);
    const watch = async (from: number, to: number) => {
      for (let second = from; second < to; second++) await sampler.note(seen(second, behind(1000, 0)), 'inSync');
    };
    await watch(0, 30);
    failing = false;
    await watch(30, 60);

    expect(samples.writes.map(({ length }) => length)).toEqual([6]);
  });

  it('holds ten minutes of them at the most', async () => {
    const append = async () => {
      throw new TransientServiceError('Write samples', new Error('throttled'));
    };
    const failing = { append } as Pick<FakeSamples, 'append'>;
    const sampler = makeSampler(failing, 'm', 1000);
    for (let second = 0; second < 3600; second++) await sampler.note(seen(second, behind(1000, 0)), 'inSync');
    failing.append = samples.append.bind(samples);
    await sampler.flush();

    expect(samples.all).toHaveLength(60);
    expect(samples.all.at(-1)?.at).toBe(iso(3599));
  });
});

describe('a day of a sample each 10 s', () => {
  const DAY = 86_400;
  const SPIKE = 40_000;
  /** The bytes of DynamoDB's item: its names, its values, 3 of a list and 1 of each of its elements. */
  const bytesOf = (pk: string, rows: readonly string[]): number =>
    'pk'.length +
    pk.length +
    'rows'.length +
    3 +
    rows.reduce((sum, row) => sum + row.length + 1, 0) +
    'expiresAt'.length +
    8;

  it.each([
    // The widest rows there are: terabytes, a full buffer, no two figures alike.
    ['copying', 5000, 9000],
    ['inSync', 3500, 6500],
  ] as const)(
    'makes 8,640 of them in phase %s, in 120 writes an hour, to items of at most %i bytes, for %i write units',
    async (phase, mostBytes, mostUnits) => {
      // Ten looks make one sample, as told above: one of them stands for all.
      const sampler = makeSampler(samples, 'm', 1000, 10_000);
      const rate = 12_345_678;
      for (let second = 0; second < DAY; second += 10) {
        const lag = second === SPIKE ? 98_765_432 : 100_000 + (second % 7);
        const reading =
          phase === 'copying'
            ? lookAt(aSource(), aReplica({ status: 'down', syncInProgress: true }))
            : behind(5_000_000_000_000 + second * rate, lag);
        const progress = phase === 'copying' ? copied(900_000_000 + second * rate, 268_000_000 - second) : undefined;
        await sampler.note(seen(second, reading), phase, progress);
      }
      await sampler.flush();

      expect(samples.all).toHaveLength(8640);
      expect(samples.writes).toHaveLength(24 * 120);
      const items = new Map<number, string[]>();
      let [largest, units] = [0, 0];
      for (const write of samples.writes) {
        const bucket = Math.floor(Date.parse(write[0]?.at ?? '') / 600_000);
        const rows = [...(items.get(bucket) ?? []), toRows(write)];
        items.set(bucket, rows);
        const bytes = bytesOf('SAMPLES#test-3f9c2b7a5e1d#2026-01-01T00:10', rows);
        largest = Math.max(largest, bytes);
        units += Math.ceil(bytes / 1024);
      }
      expect(items.size).toBe(144);
      expect(largest).toBeLessThanOrEqual(mostBytes);
      expect(units).toBeLessThanOrEqual(mostUnits);

      const shown = withSpeed(samples.all);
      const { samples: left, resolutionSeconds } = thin(shown, 600);
      expect(left.length).toBeGreaterThan(300);
      expect(left.length).toBeLessThanOrEqual(600);
      expect(resolutionSeconds).toBeLessThanOrEqual(900);
      expect([left[0], left.at(-1)]).toEqual([shown[0], shown.at(-1)]);
      if (phase === 'inSync') expect(left.map(({ lagBytes }) => lagBytes)).toContain(98_765_432);
      expect(left.slice(1).every(({ bytesPerSecond }) => bytesPerSecond !== undefined)).toBe(true);
    },
  );
});
