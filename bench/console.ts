import { performance } from 'node:perf_hooks';
import type { Page } from 'playwright-core';
import type { MigrationRecord } from '../functions/migration/record.ts';
import { type Harness, startHarness } from '../test/console/harness.ts';
import { madeRecord, putRecords } from '../test/console/support/records.ts';
import { heading, quantile, report } from './report.ts';

const MIGRATIONS = 1000;
const TRIES = 20;
const INTERACTION_MS = 100;
const UPDATE_MS = 2000;

/**
 * What a person waits for in the console, with 1,000 migrations in the table that all change every second: an interaction
 * is measured by the browser's own Event Timing, from the input to the next paint.
 */
export const benchConsole = async (): Promise<void> => {
  heading(`The console in Chromium, ${MIGRATIONS} migrations`);
  const at = await startHarness();
  try {
    await putRecords(at.lab, many(0));
    const page = await at.open('/');
    await page.locator('tbody tr').nth(49).waitFor();
    await measure(at, page);
    await updates(at, page);
  } finally {
    await at.end();
  }
};

const many = (round: number): MigrationRecord[] => {
  const begin = Date.now() - MIGRATIONS * 60_000;
  return Array.from({ length: MIGRATIONS }, (_, index) => {
    const acceptedAt = new Date(begin + index * 60_000).toISOString();
    const bytesCopied = index * 1_000_000 + round;
    const progress = {
      bytesCopied,
      bytesTotal: 2_000_000_000,
      percent: (index / 20 + round) % 100,
      lagBytes: index,
      asOf: acceptedAt,
    };
    return madeRecord(`bench-${String(index).padStart(12, '0')}`, 'bench', { acceptedAt, progress });
  });
};

/** One event, as the browser timed it: from the input to the next paint, and what the page's own handlers took of it. */
interface Timing {
  name: string;
  tookMs: number;
  waitedMs: number;
  ownMs: number;
}

type Interaction = PerformanceEventTiming & { interactionId: number };

/** Interactions while the rows change under them, each from the input to the paint after it. */
const measure = async (at: Harness, page: Page): Promise<void> => {
  await page.evaluate(() => {
    const timings: Timing[] = [];
    Object.assign(window, { timings });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { name, duration, startTime, processingStart, processingEnd, interactionId } = entry as Interaction;
        // As Interaction to Next Paint counts: a pointer that only passes over something is none.
        if (interactionId === 0) continue;
        timings.push({
          name,
          tookMs: duration,
          waitedMs: processingStart - startTime,
          ownMs: processingEnd - processingStart,
        });
      }
      // Shorter ones are not told: 16 ms is the least that the browser reports.
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
  });
  for (let round = 1; round <= TRIES; round++) {
    await putRecords(at.lab, many(round).slice(-50));
    await page.getByLabel('Replication group').pressSequentially('b');
    await page.getByLabel('Replication group').press('Backspace');
    await page.waitForURL(({ search }) => !search.includes('group'));
    await page.locator('tbody tr').nth(49).waitFor();
    await page.mouse.wheel(0, 400);
    await page.getByRole('link', { name: 'Older' }).click();
    await page.getByRole('link', { name: 'Newest' }).click();
    await page.locator('[data-id="bench-000000000999"]').waitFor();
  }
  const timings = await page.evaluate(() => (window as unknown as { timings: Timing[] }).timings);
  const tookMs = timings.map((timing) => timing.tookMs);
  const longest = timings.toSorted((a, b) => b.tookMs - a.tookMs)[0] ?? {
    name: 'none',
    tookMs: 16,
    waitedMs: 0,
    ownMs: 0,
  };
  report(`interactions, ${TRIES} rounds: half of them within`, `${quantile([16, ...tookMs], 0.5).toFixed(0)} ms`);
  report('98 % within', `${quantile([16, ...tookMs], 0.98).toFixed(0)} ms`);
  report(`the longest (${longest.name})`, `${longest.tookMs.toFixed(0)} ms`, {
    text: `${INTERACTION_MS} ms`,
    kept: longest.tookMs <= INTERACTION_MS,
  });
  report('of it in handlers of the page', `${longest.ownMs.toFixed(1)} ms, after ${longest.waitedMs.toFixed(1)} ms`);
};

/** From the write to the table to the row that shows it. */
const updates = async (at: Harness, page: Page): Promise<void> => {
  const tookMs: number[] = [];
  const [newest] = many(0).slice(-1) as [MigrationRecord];
  for (let round = 1; round <= TRIES; round++) {
    const statusReason = `changed ${round}`;
    const { waitingFor, ...rest } = newest;
    const began = performance.now();
    await putRecords(at.lab, [{ ...rest, statusReason }]);
    await page.locator(`[data-id="${newest.migrationId}"]`).getByText(statusReason, { exact: true }).waitFor();
    tookMs.push(performance.now() - began);
  }
  const longest = Math.max(...tookMs);
  report('a change is seen: median', `${quantile(tookMs, 0.5).toFixed(0)} ms`);
  report('the longest', `${longest.toFixed(0)} ms`, { text: `${UPDATE_MS} ms`, kept: longest <= UPDATE_MS });
};
