import { describe, expect, it } from 'vitest';
import { restSecondsOf } from '../../functions/replication/fleet.ts';
import { decileToAnnounce, freshMemory, type WatchMemory } from '../../functions/replication/watch-state.ts';
import {
  bufferThreatened,
  failing,
  inSync,
  Later,
  progressed,
  runWorkflow,
  stopped,
  turn,
  verified,
} from './support.ts';

const WATCH_MS = 480_000;
const HOUR_MS = 3_600_000;

/** A small generator with a seed, so that a failure can be repeated. */
const seeded = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
  return seed / 2 ** 32;
};

/**
 * A watch that syncs for so long, polls every second, and announces deciles by the rule of the real one.
 * @param threatens a buffer nears its limit in the middle of it
 */
const syncingFor = (syncMs: number, threatens = false) => {
  let startMs: number | undefined;
  return (nowMs: number, given: WatchMemory | null) => {
    const remembered = given ?? freshMemory;
    startMs ??= nowMs;
    for (let atMs = nowMs; atMs < nowMs + WATCH_MS; atMs += 1000) {
      const percent = ((atMs - startMs) / syncMs) * 100;
      if (percent >= 100) return new Later(atMs - nowMs, inSync);
      if (threatens && percent >= 50 && !remembered.bufferWarnings) {
        const memory = { ...remembered, bufferWarnings: 1 };
        return new Later(atMs - nowMs, { ...bufferThreatened(1), memory });
      }
      const decile = decileToAnnounce(remembered, percent, atMs);
      if (decile === undefined) continue;
      const memory = { ...remembered, decile, announced: remembered.announced + 1, announcedAtMs: atMs };
      return new Later(atMs - nowMs, { ...progressed(decile), memory });
    }
    return new Later(WATCH_MS, { ...turn, memory: remembered });
  };
};

describe('what a migration costs', () => {
  it.each(
    [1, 10, 30, 60, 120, 300, 600, 3600, 24 * 3600].flatMap((seconds) => [
      [seconds, ''],
      [seconds, ' with a buffer that nears its limit'],
    ]) as [number, string][],
  )('takes at most 40 state transitions and 4 more a minute when it syncs for %i s%s', async (syncSeconds, threat) => {
    const watch = syncingFor(syncSeconds * 1000, threat !== '');
    const run = await runWorkflow('migration', {
      tasks: { WatchReplication: ({ memory }, { nowMs }) => watch(nowMs, memory as WatchMemory | null) },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(run.transitions).toBeLessThanOrEqual(40 + 4 * (syncSeconds / 60));
  });

  it.each([1, 60, 600, 3600, 24 * 3600])('takes no more than that when it verifies for %i s, too', async (seconds) => {
    let startMs: number | undefined;
    const watch = syncingFor(30_000, true);
    const run = await runWorkflow('migration', {
      tasks: {
        WatchReplication: ({ memory }, { nowMs }) => watch(nowMs, memory as WatchMemory | null),
        VerifyData: (_, { nowMs }) => {
          startMs ??= nowMs;
          const leftMs = startMs + seconds * 1000 - nowMs;
          if (leftMs > WATCH_MS) return new Later(WATCH_MS, stopped('turn', 1));
          return new Later(leftMs, verified(startMs + seconds * 1000));
        },
      },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(run.transitions).toBeLessThanOrEqual(40 + 4 * (30 / 60 + seconds / 60));
  });

  it.each([600, 3600, 24 * 3600])('takes no more where it rests in a crowd, and syncs for %i s', async (seconds) => {
    let startMs: number | undefined;
    let waiting = false;
    const run = await runWorkflow('migration', {
      requestAfterMs: seconds > 3600 ? 6 * 24 * HOUR_MS : 0,
      tasks: {
        WatchReplication: ({ glance }, { nowMs }) => {
          startMs ??= nowMs;
          const leftMs = startMs + seconds * 1000 - nowMs;
          waiting ||= glance === true;
          const restSeconds = restSecondsOf(1000, 300, leftMs / 1000, () => 0.5);
          if (waiting || leftMs <= 0) return inSync;
          return restSeconds === undefined
            ? new Later(leftMs, inSync)
            : new Later(12_000, { ...turn, outcome: 'rest', restSeconds });
        },
      },
    });

    expect(run.status).toBe('SUCCEEDED');
    if (seconds <= 3600) expect(run.transitions).toBeLessThanOrEqual(40 + 4 * (seconds / 60));
    expect(run.history.length).toBeLessThan(24_000);
  });

  it('stays under 24,000 history events when it syncs for 24 hours and waits 6 days, with 1 % of the attempts retried', async () => {
    const watch = syncingFor(24 * HOUR_MS);
    const random = seeded(20_261_122);
    const sometimes = (answer: unknown) => (random() < 0.01 ? failing('TransientServiceError') : answer);
    let waiting = false;
    const run = await runWorkflow('migration', {
      requestAfterMs: 6 * 24 * HOUR_MS,
      tasks: {
        WatchReplication: ({ glance, memory }, { nowMs }) => {
          if (random() < 0.01) return failing('TransientServiceError');
          waiting ||= glance === true;
          return waiting ? inSync : watch(nowMs, memory as WatchMemory | null);
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
