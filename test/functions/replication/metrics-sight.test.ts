import { describe, expect, it } from 'vitest';
import { byMetrics } from '../../../functions/replication/metrics-sight.ts';
import type { LinkMetrics } from '../../../functions/replication/ports.ts';
import { FakeClock } from '../support/clock.ts';
import { groupWith, SOURCE } from '../support/nodes.ts';

const rule = { periodSeconds: 60, neededInSync: 2 };
const setting = (answer: (nowMs: number) => { atMs: number; value: number }[] | { unreadable: string }) => {
  const clock = new FakeClock();
  const asked: { ids: readonly string[]; sinceMs: number }[] = [];
  const metrics: LinkMetrics = {
    health: async (ids, { sinceMs }) => {
      asked.push({ ids, sinceMs });
      const found = answer(clock.now());
      return 'unreadable' in found ? found : { points: new Map([['test-001', found]]) };
    },
  };
  const startedMs = clock.now();
  const sight = byMetrics(metrics, clock, rule, startedMs);
  const see = async () => (await sight.see(groupWith(), SOURCE)).states[0];
  return { clock, asked, see, startedMs, sight, metrics };
};
const upSince = (nowMs: number) => [1, 2, 3].map((minutes) => ({ atMs: nowMs - minutes * 60_000, value: 1 }));

describe('what is seen by the metrics', () => {
  it('is of the primaries alone, and counts nothing from before the start', async () => {
    const { clock, asked, see } = setting(upSince);
    expect((await see())?.phase).toBe('connecting');
    await clock.sleep(60_000);
    expect((await see())?.phase).toBe('catchingUp');
    await clock.sleep(60_000);

    expect((await see())?.phase).toBe('inSync');
    expect(asked.map(({ ids }) => ids)).toEqual([['test-001'], ['test-001'], ['test-001']]);
  });

  it('counts nothing of the time before the group was migrating', async () => {
    const { clock, sight } = setting(upSince);
    const phaseAt = async (status: string) => (await sight.see(groupWith({ status }), SOURCE)).states[0]?.phase;
    await clock.sleep(300_000);
    expect(await phaseAt('modifying')).toBe('linkLost');
    expect(await phaseAt('migrating')).toBe('connecting');
    await clock.sleep(120_000);

    expect(await phaseAt('migrating')).toBe('inSync');
  });

  it('counts nothing of that time in the next invocation either, which is told of it', async () => {
    const { clock, sight, metrics } = setting(upSince);
    await clock.sleep(300_000);
    await sight.see(groupWith({ status: 'modifying' }), SOURCE);
    const next = byMetrics(metrics, clock, rule, sight.countsSinceMs?.() ?? 0);

    expect(sight.countsSinceMs?.()).toBe(clock.now());
    expect((await next.see(groupWith(), SOURCE)).states[0]?.phase).toBe('connecting');
  });

  it('is asked for four times a period at the most', async () => {
    const { clock, asked, see } = setting(upSince);
    for (let look = 0; look < 60; look++) {
      await see();
      await clock.sleep(1000);
    }

    expect(asked).toHaveLength(4);
  });

  it('never makes a look fail', async () => {
    const { see } = setting(() => ({ unreadable: 'GetMetricData: ThrottlingException' }));

    expect((await see())?.why).toContain('ThrottlingException');
  });

  it('knows nothing of any server, and says what an operator does instead', async () => {
    const { sight } = setting(upSince);
    const { readings } = await sight.see(groupWith(), SOURCE);

    expect([...(readings[0]?.nodes.values() ?? [])].every((reading) => 'unreadable' in reading)).toBe(true);
    expect(await sight.replicaBuffers(SOURCE)).toBeUndefined();
    expect(sight.byHand?.(groupWith(), SOURCE)).toMatch(
      /stop every writer.*`redis-cli -h 10\.0\.0\.5 -p 6379 INFO replication \| grep master_repl_offset`.*test-002/s,
    );
  });
});
