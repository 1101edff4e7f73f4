import { describe, expect, it } from 'vitest';
import {
  type BufferDanger,
  type BufferLook,
  type BufferTrack,
  follow,
  freshTrack,
  judgeBuffer,
} from '../../../functions/replication/buffer-guard.ts';
import type { ReplicaLimit } from '../../../functions/replication/replica-limit.ts';

const MB = 1_000_000;
const HARD: ReplicaLimit = { hardBytes: 100 * MB, softBytes: 0, softSeconds: 0 };
const BOTH: ReplicaLimit = { hardBytes: 256 * MB, softBytes: 64 * MB, softSeconds: 60 };
const NONE: ReplicaLimit = { hardBytes: 0, softBytes: 0, softSeconds: 0 };

interface Course {
  limit?: ReplicaLimit | undefined;
  pollMs?: number;
  /** For how long it is looked at. */
  seconds?: number;
  etaAt?: (seconds: number) => number | undefined;
}

/** The first danger in a course of the buffer, and after how many seconds it was told. */
const firstDanger = (
  bytesAt: (seconds: number) => number,
  { pollMs = 1000, seconds = 600, etaAt = () => undefined, ...course }: Course = {},
): (BufferDanger & { atSeconds: number; bytes: number }) | undefined => {
  const limit = 'limit' in course ? course.limit : HARD;
  let track: BufferTrack = freshTrack;
  for (let atMs = 0; atMs <= seconds * 1000; atMs += pollMs) {
    const bytes = Math.round(bytesAt(atMs / 1000));
    const look: BufferLook = { atMs, bytes, limit, etaSeconds: etaAt(atMs / 1000), pollMs };
    const danger = judgeBuffer(track, look);
    if (danger) return { ...danger, atSeconds: atMs / 1000, bytes };
    track = follow(track, look);
  }
  return undefined;
};

describe('a buffer on its way to the hard limit', () => {
  it.each([2, 3, 5, 8, 13, 30, 120, 600])(
    'that is full after %d s is told of before that, at a look a second',
    (fullAfter) => {
      const danger = firstDanger((seconds) => (seconds / fullAfter) * HARD.hardBytes, { seconds: fullAfter });

      expect(danger).toMatchObject({ by: 'hard', limitBytes: HARD.hardBytes });
      expect(danger?.bytes).toBeLessThan(HARD.hardBytes);
    },
  );

  it.each([50, 200, 1000, 5000])('is told of two looks before at the least, at a look every %d ms', (pollMs) => {
    for (const looks of [4, 7, 20]) {
      const fullAfter = (looks * pollMs) / 1000;
      const danger = firstDanger((seconds) => (seconds / fullAfter) * HARD.hardBytes, { pollMs, seconds: fullAfter });

      expect([looks, danger?.atSeconds]).toEqual([looks, expect.any(Number)]);
      expect((danger?.atSeconds ?? fullAfter) + (2 * pollMs) / 1000).toBeLessThanOrEqual(fullAfter);
    }
  });

  it('that fills ever faster is told of in time, too', () => {
    const danger = firstDanger((seconds) => HARD.hardBytes * (seconds / 30) ** 4, { seconds: 30 });

    expect(danger?.atSeconds).toBeLessThan(28);
  });

  it('is told of with the time that is left at the present growth', () => {
    const danger = firstDanger((seconds) => seconds * 5 * MB);

    expect(danger?.secondsToLimit).toBeCloseTo(20 - (danger?.atSeconds ?? 0), 0);
  });

  it('is told of at half of the limit, however slowly it grows', () => {
    const danger = firstDanger((seconds) => seconds * 0.2 * MB);

    expect(danger?.atSeconds).toBe(251);
  });

  it('is told of at the first look when half of the limit is used then, without a time that nobody knows', () => {
    expect(firstDanger(() => 51 * MB)).toEqual({
      by: 'hard',
      limitBytes: HARD.hardBytes,
      atSeconds: 0,
      bytes: 51 * MB,
    });
  });

  it('is told of early when the copy will take longer than that', () => {
    const slowly = (seconds: number) => seconds * 0.4 * MB;

    expect(firstDanger(slowly)?.atSeconds).toBeGreaterThan(120);
    expect(firstDanger(slowly, { etaAt: (seconds) => 400 - seconds })?.atSeconds).toBe(25);
  });
});

describe('a calm sync', () => {
  it.each<[string, (seconds: number) => number, Course]>([
    ['with a trickle of writes', (seconds) => seconds * 10_000, {}],
    ['with a trickle, looked at closely', (seconds) => seconds * 100_000, { pollMs: 50, seconds: 60 }],
    ['with a burst at its beginning', (seconds) => Math.min(seconds, 1) * 9 * MB, {}],
    ['with bursts that stay small', (seconds) => (Math.floor(seconds) % 5) * 1.9 * MB, {}],
    ['whose buffer drains', (seconds) => Math.max(0, 49 - seconds * 5) * MB, {}],
    [
      'whose copy ends long before the limit',
      (seconds) => seconds * 1.2 * MB,
      { etaAt: (seconds) => 30 - seconds, seconds: 30 },
    ],
    ['without a limit', (seconds) => seconds * 50 * MB, { limit: NONE }],
    ['whose limit cannot be read', (seconds) => seconds * 50 * MB, { limit: undefined }],
    ['above the soft limit for a short while', (seconds) => (seconds < 20 ? 70 : 1) * MB, { limit: BOTH }],
    [
      'above the soft limit, with an end in sight',
      () => 70 * MB,
      { limit: BOTH, seconds: 25, etaAt: (seconds) => 25 - seconds },
    ],
  ])('%s raises nothing', (_, bytesAt, course) => {
    expect(firstDanger(bytesAt, course)).toBeUndefined();
  });
});

describe('a buffer above the soft limit', () => {
  it('is told of when half of its time is over and nobody knows when the copy ends', () => {
    const danger = firstDanger(() => 70 * MB, { limit: BOTH });

    expect(danger).toMatchObject({ by: 'soft', limitBytes: BOTH.softBytes, atSeconds: 30, secondsToLimit: 30 });
  });

  it('is told of at once when the copy will take longer than its time', () => {
    expect(firstDanger(() => 70 * MB, { limit: BOTH, etaAt: () => 90 })).toMatchObject({ by: 'soft', atSeconds: 0 });
  });

  it('is told of before a soft limit of a second, though it is not reached yet', () => {
    const limit = { hardBytes: 0, softBytes: 10 * MB, softSeconds: 1 };
    const danger = firstDanger((seconds) => seconds * 2 * MB, { limit });

    expect(danger?.by).toBe('soft');
    expect(danger?.bytes).toBeLessThan(limit.softBytes);
  });

  it('counts its time anew when it was below in between', () => {
    const limit = { ...BOTH, hardBytes: 0 };
    const danger = firstDanger((seconds) => (seconds < 25 ? 70 : seconds < 27 ? 10 : 65) * MB, { limit });

    expect(danger?.atSeconds).toBe(57);
  });

  it('that shrinks too slowly to get below it in time is told of', () => {
    expect(firstDanger((seconds) => (100 - seconds * 0.1) * MB, { limit: BOTH })?.by).toBe('soft');
  });
});
