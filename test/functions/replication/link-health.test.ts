import { describe, expect, it } from 'vitest';
import { type HealthLook, judgeHealth } from '../../../functions/replication/link-health.ts';
import { overallPhase } from '../../../functions/replication/watch-state.ts';
import { NODES, SOURCE } from '../support/nodes.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 0, 1, 12);
const link = { nodeGroupId: '0001', source: SOURCE, nodes: NODES };
const rule = { periodSeconds: 60, neededInSync: 3 };

/** Values by how many minutes ago their period began. */
const points = (values: Record<number, number>) =>
  Object.entries(values).map(([minutes, value]) => ({ atMs: NOW - Number(minutes) * MINUTE, value }));
const judge = (change: Partial<HealthLook>) =>
  judgeHealth(link, { status: 'migrating', points: [], nowMs: NOW, sinceMs: NOW - 60 * MINUTE, ...change }, rule);
const phaseOf = (values: Record<number, number>) => judge({ points: points(values) }).phase;

describe('the health of a link, as CloudWatch tells it', () => {
  it.each<[string, Record<number, number>, string]>([
    ['three minutes of 1 up to now', { 1: 1, 2: 1, 3: 1 }, 'inSync'],
    ['more of them', { 1: 1, 2: 1, 3: 1, 4: 1, 5: 0 }, 'inSync'],
    ['datapoints that CloudWatch shows late', { 3: 1, 4: 1, 5: 1 }, 'inSync'],
    ['datapoints that are too old to tell it of now', { 4: 1, 5: 1, 6: 1 }, 'catchingUp'],
    ['too few of them', { 1: 1, 2: 1 }, 'catchingUp'],
    ['a 0 among them', { 1: 1, 2: 1, 3: 0, 4: 1 }, 'catchingUp'],
    ['a gap among them', { 1: 1, 2: 1, 4: 1, 5: 1 }, 'catchingUp'],
    ['a value between 0 and 1', { 1: 1, 2: 0.5, 3: 1, 4: 1 }, 'catchingUp'],
    ['a 0 at last', { 1: 0, 2: 1, 3: 1, 4: 1 }, 'linkLost'],
    ['nothing for long', { 6: 1, 7: 1, 8: 1, 9: 1 }, 'linkLost'],
    ['nothing at all', {}, 'linkLost'],
  ])('with %s is %s → %s', (_, values, phase) => {
    expect(phaseOf(values)).toBe(phase);
  });

  it.each(['modifying', 'snapshotting', 'available', 'unknown'])(
    'is never in sync while the status is %s',
    (status) => {
      const { phase, following } = judge({ status, points: points({ 1: 1, 2: 1, 3: 1 }) });

      expect([phase, following]).toEqual([status === 'available' ? 'connecting' : 'linkLost', status !== 'available']);
    },
  );

  it('is not known where CloudWatch cannot be asked, and says why', () => {
    expect(judge({ points: { unreadable: 'GetMetricData: AccessDenied' } })).toMatchObject({
      phase: 'linkLost',
      why: expect.stringContaining('AccessDenied'),
    });
  });

  it('is on its way where its first datapoint cannot be there yet', () => {
    expect(judge({ sinceMs: NOW - 2 * MINUTE })).toMatchObject({ phase: 'connecting', following: true });
  });

  it('is a full sync rather than a loss as long as it was never up', () => {
    const state = judge({ points: points({ 1: 0 }) });

    expect(overallPhase([state], false).phase).toBe('copying');
    expect(overallPhase([state], true).phase).toBe('linkLost');
    expect(overallPhase([judge({ status: 'modifying' })], false).phase).toBe('connecting');
  });
});
