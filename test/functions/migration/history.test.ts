import { describe, expect, it } from 'vitest';
import { makeHistory, withSpeed } from '../../../functions/migration/history.ts';
import type { KeptSample, Sample } from '../../../functions/migration/sample.ts';
import { thin } from '../../../functions/migration/thin.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aRecord, MIGRATION_ID } from '../support/records.ts';
import { FakeSamples } from '../support/samples.ts';

const START_MS = Date.parse('2026-01-01T00:00:00.000Z');
const iso = (seconds: number) => new Date(START_MS + seconds * 1000).toISOString();
const kept = (seconds: number, more: Partial<KeptSample> = {}): KeptSample => ({
  at: iso(seconds),
  phase: 'inSync',
  ...more,
});

const record = aRecord({ acceptedAt: iso(0) });
const history = async (
  written: KeptSample[][],
  query: { fromMs?: number; toMs?: number; points?: number } = {},
  change = {},
) => {
  const samples = new FakeSamples();
  for (const write of written) await samples.append(MIGRATION_ID, write);
  const migrations = new FakeMigrations(undefined, { ...record, ...change });
  return makeHistory(migrations, samples, () => START_MS + 3_600_000)(MIGRATION_ID, { points: 600, ...query });
};

describe('the history of a migration', () => {
  it('is told from the beginning to now, in order, each sample once', async () => {
    const [one, two, three] = [kept(10), kept(20, { lagBytes: 5 }), kept(30)];

    expect(await history([[two, three], [one], [two]])).toEqual({
      migrationId: MIGRATION_ID,
      from: iso(0),
      to: iso(3600),
      samples: [one, two, three],
    });
  });

  it.each([
    ['has never ended', {}, 120 * 86_400],
    ['ended long ago', { stoppedAt: iso(-200 * 86_400) }, 0],
  ])('asks for no time of which nothing is kept any more, where the migration %s', async (_, change, seconds) => {
    const { from, to } = await history([], {}, { acceptedAt: iso(-300 * 86_400), ...change });

    expect(from).toBe(iso(3600 - 120 * 86_400));
    expect(Date.parse(to) - Date.parse(from)).toBe(seconds * 1000);
  });

  it('ends where the migration ended, and is told for no time before or after', async () => {
    const wide = { fromMs: START_MS - 1e9, toMs: START_MS + 1e9 };

    expect(await history([[kept(10)]], wide, { stoppedAt: iso(20) })).toMatchObject({ from: iso(0), to: iso(20) });
    expect(await history([[kept(10), kept(50)]], { fromMs: START_MS + 20_000 })).toMatchObject({
      from: iso(20),
      samples: [kept(50)],
    });
    expect((await history([[kept(10)]], { toMs: START_MS - 5 })).samples).toEqual([]);
  });

  it('is not told of what is not there', async () => {
    const none = makeHistory(new FakeMigrations(), new FakeSamples(), () => START_MS);

    await expect(none(MIGRATION_ID, { points: 600 })).rejects.toMatchObject({ code: 'migration-not-found' });
  });
});

describe('the speed of a sample', () => {
  const speeds = (...samples: KeptSample[]) => withSpeed(samples).map(({ bytesPerSecond }) => bytesPerSecond);
  const copying = (seconds: number, bytesCopied: number) => kept(seconds, { phase: 'copying', bytesCopied });
  const applied = (seconds: number, appliedOffset: number, stream = 'aaaaaaaa') =>
    kept(seconds, { appliedOffset, stream });

  it('is that of the full sync while it copies, then that of the stream', () => {
    expect(speeds(copying(0, 0), copying(10, 5000), applied(20, 100), applied(500, 4900))).toEqual([
      undefined,
      500,
      undefined,
      10,
    ]);
  });

  it('is not known when the sync began anew, when the source has another history, and of a link that is down', () => {
    expect(speeds(copying(0, 5000), copying(10, 100))).toEqual([undefined, undefined]);
    expect(speeds(applied(0, 5), applied(10, 9000, 'bbbbbbbb'))).toEqual([undefined, undefined]);
    expect(speeds(applied(0, 5), kept(10, { phase: 'linkLost' }), applied(20, 9))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('shows nothing of where the stream is', () => {
    expect(withSpeed([applied(0, 5)])).toEqual([kept(0)]);
  });
});

describe('a history with fewer points', () => {
  const many = (figures: (second: number) => Partial<Sample>): Sample[] =>
    Array.from({ length: 5000 }, (_, index) => ({ at: iso(index * 10), phase: 'inSync' as const, ...figures(index) }));

  it('keeps all where they are few', () => {
    const few = many(() => ({})).slice(0, 100);

    expect(thin(few, 100)).toEqual({ samples: few });
  });

  it.each([10, 60, 600, 2000])('keeps the extremes of every figure in %i points', (points) => {
    const all = many((at) => ({
      lagBytes: at === 1234 ? 9e9 : at === 1300 ? 0 : 50 + (at % 3),
      bytesPerSecond: at === 4321 ? 8e9 : at === 4000 ? 0 : 70 + (at % 5),
      ...(at < 300 && { bufferBytes: at === 77 ? 7e9 : 3 }),
    }));
    const { samples, resolutionSeconds } = thin(all, points);

    expect(samples.length).toBeLessThanOrEqual(points);
    expect(resolutionSeconds).toBeGreaterThan(0);
    expect(samples).toEqual([...samples].sort((a, b) => (a.at < b.at ? -1 : 1)));
    for (const at of [0, 77, 1234, 1300, 4000, 4321, 4999]) expect(samples).toContain(all[at]);
  });

  it('keeps where a phase begins, also of samples without a figure', () => {
    const all = many((at) => ({ phase: at >= 2500 && at < 2510 ? 'linkLost' : 'inSync' }));
    const { samples } = thin(all, 600);

    expect(samples).toContain(all[2500]);
    expect(samples).toContain(all[2510]);
  });

  it('has never more than was asked for, whatever the phases do', () => {
    const all = many((at) => ({ phase: at % 2 === 0 ? 'linkLost' : 'inSync' }));

    expect(thin(all, 60).samples.length).toBeLessThanOrEqual(60);
  });
});
