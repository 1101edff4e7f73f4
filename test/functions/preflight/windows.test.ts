import { describe, expect, it } from 'vitest';
import { clockText, dailyWindow, nextOpening, quietHour, weeklyWindow } from '../../../functions/preflight/windows.ts';
import { aCluster, ask, aTargetGroup, sourceInfo } from '../support/facts.ts';

const at = (text: string) => Date.parse(text);

describe('a window', () => {
  it.each([
    // A Wednesday.
    ['07:30-08:30', '2026-01-07T07:29:59.999Z', 'wed 07:30 UTC - wed 08:30 UTC'],
    ['07:30-08:30', '2026-01-07T07:30:00Z', 'open until wed 08:30 UTC'],
    ['07:30-08:30', '2026-01-07T08:29:59.999Z', 'open until wed 08:30 UTC'],
    ['07:30-08:30', '2026-01-07T08:30:00Z', 'thu 07:30 UTC - thu 08:30 UTC'],
    ['23:30-00:30', '2026-01-07T23:59:00Z', 'open until thu 00:30 UTC'],
    ['23:30-00:30', '2026-01-07T00:29:00Z', 'open until wed 00:30 UTC'],
    ['23:30-00:30', '2026-01-07T00:30:00Z', 'wed 23:30 UTC - thu 00:30 UTC'],
    ['00:00-01:00', '2026-01-07T00:00:00Z', 'open until wed 01:00 UTC'],
    ['00:00-01:00', '1969-12-31T23:00:00Z', 'thu 00:00 UTC - thu 01:00 UTC'],
  ])('%s of every day, seen at %s: %s', (text, now, expected) => {
    expect(seen(dailyWindow(text), now)).toBe(expected);
  });

  it.each([
    ['sun:09:00-sun:10:00', '2026-01-07T15:00:00Z', 'sun 09:00 UTC - sun 10:00 UTC'],
    ['sun:09:00-sun:10:00', '2026-01-11T09:59:00Z', 'open until sun 10:00 UTC'],
    ['sun:23:30-mon:00:30', '2026-01-12T00:10:00Z', 'open until mon 00:30 UTC'],
    ['wed:23:30-thu:00:30', '2026-01-08T00:10:00Z', 'open until thu 00:30 UTC'],
    ['SUN:09:00-Sun:10:00', '2026-01-11T09:00:00Z', 'open until sun 10:00 UTC'],
    ['sat:00:00-mon:00:00', '2026-01-11T12:00:00Z', 'open until mon 00:00 UTC'],
  ])('%s of every week, seen at %s: %s', (text, now, expected) => {
    expect(seen(weeklyWindow(text), now)).toBe(expected);
  });

  const seen = (window: ReturnType<typeof dailyWindow>, now: string) => {
    if (window === undefined) return 'no window';
    const { isOpen, opensAtMs, closesAtMs } = nextOpening(window, at(now));
    return isOpen ? `open until ${clockText(closesAtMs)}` : `${clockText(opensAtMs)} - ${clockText(closesAtMs)}`;
  };

  it.each(['', '7:30-8:30', '24:00-25:00', '07:60-08:00', '07:30', '07:30-07:30', 'sun:09:00-sun:10:00'])(
    '%j is none of every day',
    (text) => {
      expect(dailyWindow(text)).toBeUndefined();
    },
  );

  it.each(['', '09:00-10:00', 'son:09:00-son:10:00', 'sun:09:00-sun:09:00', 'sun:09:00-sun:25:00'])(
    '%j is none of every week',
    (text) => {
      expect(weeklyWindow(text)).toBeUndefined();
    },
  );

  it('can be moved out of the way', () => {
    expect(quietHour('day', at('2026-01-07T15:20:00Z'))).toBe('03:00-04:00');
    expect(quietHour('week', at('2026-01-07T15:20:00Z'))).toBe('sun:03:00-sun:04:00');
    expect(quietHour('day', at('2026-01-07T11:00:00Z'))).toBe('23:00-00:00');
  });
});

describe('the daily snapshot', () => {
  const asked = (nowMs: number, change: Parameters<typeof aTargetGroup>[0] = {}, used = '1073741824') =>
    ask(
      'target-snapshot-window',
      { group: aTargetGroup(change), sourceInfo: sourceInfo({ used_memory_dataset: used }) },
      { nowMs },
    );

  it('is in the way when its window is open, or opens within an hour', () => {
    expect(asked(at('2026-01-07T06:29:59Z'))).toBeUndefined();
    expect(asked(at('2026-01-07T06:30:00Z'))?.found).toBe(
      'SnapshotWindow is 07:30-08:30, UTC: it opens at wed 07:30 UTC, 60 minutes from now. Snapshots are kept, so one is taken every day.',
    );
    expect(asked(at('2026-01-07T08:29:00Z'))?.found).toContain('it is open until wed 08:30 UTC');
    expect(asked(at('2026-01-07T08:30:00Z'))).toBeUndefined();
  });

  it('is in the way within twice the time of a long copy', () => {
    // 288 GB at 40 MB/s take two hours.
    expect(asked(at('2026-01-07T03:29:00Z'), {}, '288000000000')).toBeUndefined();
    expect(asked(at('2026-01-07T03:30:00Z'), {}, '288000000000')?.found).toContain('240 minutes from now');
  });

  it('is never taken when none are kept', () => {
    expect(asked(at('2026-01-07T07:30:00Z'), { snapshotRetentionLimit: 0 })).toBeUndefined();
  });

  it('moves to an hour that is half a day away', () => {
    expect(asked(at('2026-01-07T07:30:00Z'))?.remedy).toEqual([
      'aws elasticache modify-replication-group --replication-group-id test --snapshot-window 19:00-20:00 --apply-immediately',
    ]);
  });

  it('is no silent pass when nobody can tell its window', () => {
    expect(asked(at('2026-01-07T15:00:00Z'), { snapshotWindow: 'noon' })?.found).toContain('"noon"');
  });
});

describe('maintenance', () => {
  const asked = (nowMs: number, ...windows: (string | undefined)[]) =>
    ask(
      'target-maintenance-window',
      {
        clusters: windows.map((maintenanceWindow, index) => {
          const cluster = aCluster({ cacheClusterId: `test-00${index + 1}` });
          delete cluster.maintenanceWindow;
          return { ...cluster, ...(maintenanceWindow !== undefined && { maintenanceWindow }) };
        }),
      },
      { nowMs },
    );

  it('is in the way when a window is open or opens soon', () => {
    expect(asked(at('2026-01-11T07:59:00Z'), 'sun:09:00-sun:10:00')).toBeUndefined();
    expect(asked(at('2026-01-11T08:00:00Z'), 'sun:09:00-sun:10:00', 'sun:09:00-sun:10:00')?.found).toBe(
      'PreferredMaintenanceWindow is sun:09:00-sun:10:00, UTC, of test-001: it opens at sun 09:00 UTC, 60 minutes from now; 2 clusters in all.',
    );
  });

  it('is looked at over the end of the week', () => {
    expect(asked(at('2026-01-11T23:40:00Z'), 'mon:00:30-mon:01:30')?.found).toContain('it opens at mon 00:30 UTC');
  });

  it.each([undefined, 'sometimes'])('of window %s cannot be read', (window) => {
    expect(() => asked(at('2026-01-07T15:00:00Z'), window)).toThrow(
      'clusters: PreferredMaintenanceWindow of test-001 is',
    );
  });
});
