import { describe, expect, it } from 'vitest';
import { failing, inSync, Later, progressed, runWorkflow, turn } from './support.ts';

const WATCH_MS = 480_000;
const HOUR_MS = 3_600_000;

/** A small generator with a seed, so that a failure can be repeated. */
const seeded = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
  return seed / 2 ** 32;
};

/** A watch that syncs for so long: deciles as the real one announces them (four at once, then a minute apart). */
const syncingFor = (syncMs: number) => {
  let startMs: number | undefined;
  let announced = 0;
  let announcedAtMs = 0;
  let decile = 0;
  return (nowMs: number) => {
    startMs ??= nowMs;
    const endMs = startMs + syncMs;
    if (nowMs >= endMs) return inSync;
    for (let next = decile + 1; next < 10; next++) {
      const reachedMs = startMs + (syncMs * next) / 10;
      const atMs = Math.max(reachedMs, nowMs, announced < 4 ? 0 : announcedAtMs + 60_000);
      if (atMs >= Math.min(endMs, nowMs + WATCH_MS)) break;
      if (startMs + (syncMs * (next + 1)) / 10 <= atMs) continue;
      decile = next;
      announced++;
      announcedAtMs = atMs;
      return new Later(atMs - nowMs, progressed(decile));
    }
    return endMs <= nowMs + WATCH_MS ? new Later(endMs - nowMs, inSync) : new Later(WATCH_MS, turn);
  };
};

describe('what a migration costs', () => {
  it.each([1, 10, 30, 60, 120, 300, 600, 3600, 24 * 3600])(
    'takes at most 40 state transitions and 4 more a minute when it syncs for %i s',
    async (syncSeconds) => {
      const watch = syncingFor(syncSeconds * 1000);
      const run = await runWorkflow('migration', { tasks: { WatchReplication: (_, { nowMs }) => watch(nowMs) } });

      expect(run.status).toBe('SUCCEEDED');
      expect(run.transitions).toBeLessThanOrEqual(40 + 4 * (syncSeconds / 60));
    },
  );

  it('stays under 24,000 history events when it syncs for 24 hours and waits 6 days, with 1 % of the attempts retried', async () => {
    const watch = syncingFor(24 * HOUR_MS);
    const random = seeded(20_261_122);
    const sometimes = (answer: unknown) => (random() < 0.01 ? failing('TransientServiceError') : answer);
    let waiting = false;
    const run = await runWorkflow('migration', {
      requestAfterMs: 6 * 24 * HOUR_MS,
      tasks: {
        WatchReplication: ({ glance }, { nowMs }) => {
          if (random() < 0.01) return failing('TransientServiceError');
          waiting ||= glance === true;
          return waiting ? inSync : watch(nowMs);
        },
        AwaitCutover: () => sometimes({}),
      },
      putEvents: () => {
        sometimes({});
      },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(run.durationMs).toBeGreaterThanOrEqual(7 * 24 * HOUR_MS);
    expect(run.history.length).toBeLessThan(24_000);
    console.log(
      `24 h of syncing and 6 days of waiting: ${run.history.length} history events, ${run.transitions} transitions`,
    );
  });
});
