import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { OUTCOMES, type Outcome, STATUSES } from '../../../functions/migration/status.ts';
import type { Harness } from '../harness.ts';
import { madeRecord, putRecords } from '../support/records.ts';

const WIDTHS = [375, 1440];
const HOUR_MS = 3_600_000;

/** One migration of each status, as new as can be, so that they are the first page. */
const ofEachStatus = (): MigrationRecord[] =>
  STATUSES.map((status, index) => {
    const acceptedAt = new Date(Date.now() - index * HOUR_MS).toISOString();
    const group = `looks-${status.toLowerCase()}`;
    const outcome = OUTCOMES.includes(status as Outcome) ? (status as Outcome) : undefined;
    return madeRecord(`${group}-0123456789ab`, group, {
      acceptedAt,
      status,
      phase: outcome ? 'ended' : (PHASES[status] ?? 'queued'),
      statusReason: `This is what a migration says whose status is ${status}, in a sentence or two of the usual length.`,
      progress: {
        bytesCopied: 82_200_000,
        bytesTotal: 136_400_000,
        percent: 60.2,
        lagBytes: 1_300_000,
        lagSeconds: 2,
        etaSeconds: 95,
        asOf: acceptedAt,
      },
      ...(outcome && { outcome, stoppedAt: new Date(Date.parse(acceptedAt) + 754_000).toISOString() }),
    });
  });

const PHASES: Partial<Record<string, MigrationRecord['phase']>> = {
  syncing: 'copying',
  verifying: 'verifying',
  awaitingCutover: 'awaitingCutover',
  cuttingOver: 'draining',
  promoted: 'closing',
};

interface Look {
  name: string;
  path: string;
  /** Until it shows what is to be looked at. */
  until(page: Page): Promise<void>;
}

const AWAITING = 'looks-awaitingcutover-0123456789ab';

const LOOKS: Look[] = [
  {
    name: 'list',
    path: '/',
    until: (page) => page.getByRole('link', { name: 'looks-accepted' }).waitFor(),
  },
  {
    name: 'form',
    path: '/new',
    async until(page) {
      await page.getByLabel("replaces the target's data").check();
      for (const summary of await page.locator('summary').all()) await summary.click();
      await page.getByLabel('Compare').selectOption('sample');
      await page.getByRole('button', { name: 'Add a waiver' }).click();
      await page.getByRole('button', { name: 'Start the migration' }).click();
      await page.getByText('to be corrected').waitFor();
    },
  },
  {
    name: 'dialog',
    path: `/migrations/${AWAITING}`,
    async until(page) {
      await page.getByRole('button', { name: 'Cut over …' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Cut over', exact: true }).click();
      await page.getByText('Say why: it is kept.').waitFor();
    },
  },
  {
    name: 'nowhere',
    path: '/no/such/page',
    until: (page) => page.getByRole('heading', { name: 'Nothing is here' }).waitFor(),
  },
];

/** Each page as it is seen: light and dark, on a telephone and on a desk. */
export const looks = (at: Harness) =>
  describe('a page', () => {
    beforeAll(() => putRecords(at.lab, ofEachStatus()));

    it.each(LOOKS)(
      'has nothing serious by axe, and nothing to scroll sideways: $name',
      async ({ name, path, until }) => {
        const page = await at.open(path);
        await until(page);
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 900 });
          for (const theme of ['light', 'dark'] as const) {
            await page.emulateMedia({ colorScheme: theme });
            await at.shot(page, `look-${name}-${width}-${theme}`, 1800);
            expect({ width, theme, found: await at.axe(page) }).toEqual({ width, theme, found: [] });
            expect(await at.overflow(page)).toBe(0);
          }
        }
      },
    );

    it('keeps the ground under the words of a button that the pointer is on', async () => {
      const page = await at.open('/new');
      const button = page.getByRole('button', { name: 'Start the dry run' });
      const ground = () => button.evaluate((element) => getComputedStyle(element).backgroundColor);
      const before = await ground();
      await button.hover();
      expect(await ground()).toBe(before);
    });

    it('is dark or light as it was chosen, also when it is opened again', async () => {
      const page = await at.open('/new');
      const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      const light = await ground();
      await page.getByLabel('Theme').selectOption('dark');
      const dark = await ground();
      await page.reload();
      await page.getByLabel('Theme').waitFor();
      expect(await ground()).toBe(dark);
      expect(dark).not.toBe(light);
    });
  });
