import { describe, expect, it } from 'vitest';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import type { Harness } from '../harness.ts';
import { madeRecord, putRecords } from '../support/records.ts';

const PAGE = 50;
const MANY = 1000;

const many = (): MigrationRecord[] => {
  const begin = Date.parse('2026-01-01T00:00:00.000Z');
  return Array.from({ length: MANY }, (_, index) => {
    const acceptedAt = new Date(begin + index * 60_000).toISOString();
    const id = `fleet-${String(index).padStart(12, '0')}`;
    const progress = {
      bytesCopied: index * 1_000_000,
      bytesTotal: 1_000_000_000,
      percent: index / 10,
      asOf: acceptedAt,
    };
    return madeRecord(id, 'fleet', { acceptedAt, progress, ...(index % 10 === 0 && { status: 'checking' as const }) });
  });
};

export const list = (at: Harness) =>
  describe('the list', () => {
    it('explains how to begin while there is nothing', async () => {
      const page = await at.open('/');
      await page.getByRole('heading', { name: 'No migration yet' }).waitFor();
      const start = page.getByRole('link', { name: 'Start a dry run or a migration' });
      expect(await start.getAttribute('href')).toBe('/console/new');
      expect(await page.locator('pre').textContent()).toContain(`curl -X POST ${at.lab.aws.apiUrl}/migrations`);
      expect(await at.axe(page)).toEqual([]);
      await at.shot(page, 'list-empty');
    });

    it('leads through 1,000 migrations by pages of 50, with no more than a page in the document', async () => {
      await putRecords(at.lab, many());
      const page = await at.open('/');
      const rows = page.locator('tbody tr');
      const first = () => rows.first().getAttribute('data-id');
      await rows.nth(PAGE - 1).waitFor();
      expect(await rows.count()).toBe(PAGE);
      expect(await page.locator('*').count()).toBeLessThan(PAGE * 30);
      expect(await first()).toBe('fleet-000000000999');

      // Typed and taken back: no filter has changed, and the page that is turned to stays.
      await page.getByLabel('Replication group').pressSequentially('x');
      await page.getByLabel('Replication group').press('Backspace');
      await page.getByRole('link', { name: 'Older' }).click();
      await page.locator('[data-id="fleet-000000000949"]').waitFor();
      expect(await rows.count()).toBe(PAGE);
      await page.getByRole('link', { name: 'Newer' }).click();
      await page.locator('[data-id="fleet-000000000999"]').waitFor();
      await page.goBack();
      await page.locator('[data-id="fleet-000000000949"]').waitFor();
    });

    it('filters by status and by replication group, in the address too, and says what is wrong with a filter', async () => {
      const page = await at.open('/?status=checking');
      const rows = page.locator('tbody tr');
      await rows.nth(PAGE - 1).waitFor();
      expect(await page.locator('tbody .badge').allTextContents()).toEqual(Array(PAGE).fill('Checking'));
      expect(await page.getByLabel('Status').inputValue()).toBe('checking');

      await page.getByLabel('Replication group').fill('nobody');
      await page.getByText('No migration is like that.').waitFor();
      expect(page.url()).toContain('?status=checking&group=nobody');
      await page.getByLabel('Replication group').fill('-bad-');
      await page.getByText("A replication group's id must have 1-40 letters").waitFor();
      await page.getByRole('link', { name: 'All migrations' }).click();
      await rows.nth(PAGE - 1).waitFor();
    });

    it('follows a change by itself, and draws no other row anew', async () => {
      const page = await at.open('/?group=fleet');
      const [newest] = many().slice(-1) as [MigrationRecord];
      const row = page.locator(`[data-id="${newest.migrationId}"]`);
      await row.waitFor();
      await page.evaluate(() => {
        const touched = new Set<string>();
        Object.assign(window, { touched });
        new MutationObserver((changes) => {
          for (const { target } of changes) {
            const element = target instanceof Element ? target : target.parentElement;
            const isAge = element?.closest('time');
            if (!isAge) touched.add(element?.closest<HTMLElement>('tr')?.dataset.id ?? 'elsewhere');
          }
        }).observe(document.querySelector('tbody') as Element, {
          subtree: true,
          childList: true,
          characterData: true,
          attributes: true,
        });
      });
      const progress = {
        bytesCopied: 1_048_576,
        bytesTotal: 2_097_152,
        percent: 50,
        lagBytes: 2048,
        asOf: newest.acceptedAt,
      };
      await putRecords(at.lab, [{ ...newest, progress }]);

      await row.getByText('1 MiB of 2 MiB').waitFor();
      expect(await row.textContent()).toContain('2 KiB');
      expect(await page.evaluate(() => [...(window as unknown as { touched: Set<string> }).touched])).toEqual([
        newest.migrationId,
      ]);
    });

    it('says which migrations await the operator, on whichever page they stand', async () => {
      const acceptedAt = '2025-01-01T00:00:00.000Z';
      await putRecords(at.lab, [
        madeRecord('turn-000000000001', 'turn', { acceptedAt, status: 'awaitingCutover', phase: 'awaitingCutover' }),
        madeRecord('doubt-000000000001', 'doubt', { acceptedAt, status: 'cuttingOver', phase: 'promotionInDoubt' }),
      ]);
      const page = await at.open('/');
      await page.getByText('The promotion of doubt is in doubt').waitFor();
      await page.getByRole('link', { name: '1 migration awaits your cutover' }).click();
      await page.getByText('Your turn:').waitFor();
      await page.getByRole('link', { name: 'turn' }).waitFor();
    });
  });
