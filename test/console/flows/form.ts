import { describe, expect, it } from 'vitest';
import type { Harness } from '../harness.ts';
import { startByForm } from '../support/steps.ts';

export const askingForm = (at: Harness) =>
  describe('the form', () => {
    it('shows each violation at its field, opens what was closed, and takes the reader to the first', async () => {
      const page = await at.open('/new');
      await page.getByLabel('Port').fill('70000');
      await page.locator('summary', { hasText: 'Cutover' }).click();
      await page.getByLabel('Drain budget, ms').fill('soon');
      await page.locator('summary', { hasText: 'Cutover' }).click();
      await page.locator('summary', { hasText: 'Waivers' }).click();
      await page.getByRole('button', { name: 'Add a waiver' }).click();
      await page.getByLabel('Waiver 1', { exact: true }).fill('target-holds-data');
      await page.getByRole('button', { name: 'Add a waiver' }).click();
      await page.getByLabel('Waiver 2', { exact: true }).fill('source-auth');
      await page.getByRole('button', { name: 'Start the dry run' }).click();
      await page.getByText('5 things are to be corrected').waitFor();

      const shownAt = async (label: string) => {
        const field = page.getByLabel(label, { exact: false }).first();
        const ids = ((await field.getAttribute('aria-describedby')) ?? '').split(' ');
        const wrong = ids.find((id) => id.endsWith('-wrong'));
        return [await field.getAttribute('aria-invalid'), wrong && (await page.locator(`#${wrong}`).textContent())];
      };
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('field-replicationGroupId');
      expect(await shownAt('Replication group')).toEqual(['true', expect.stringContaining('is missing')]);
      expect(await shownAt('Port')).toEqual(['true', 'must be at most 65535']);
      expect(await shownAt('Drain budget')).toEqual(['true', 'must be a whole number from 100 to 60000']);
      expect(await shownAt('Waiver 1')).toEqual(['false', undefined]);
      expect(await shownAt('Waiver 2')).toEqual(['true', expect.stringContaining('cannot be waived')]);
      expect(await page.getByLabel('Drain budget, ms').isVisible()).toBe(true);
      expect(await at.axe(page)).toEqual([]);
      await at.shot(page, 'form-violations');

      await page.getByLabel('Port').fill('6379');
      await page.getByText('4 things are to be corrected').waitFor();

      // Whoever has left it hears of it all the same.
      const answer = Promise.withResolvers<void>();
      await page.route('**/console/api/migrations', async (route) => {
        if (route.request().method() === 'POST') await answer.promise;
        await route.continue();
      });
      await page.getByRole('button', { name: 'Start the dry run' }).click();
      await page.getByRole('button', { name: 'Sending …' }).waitFor();
      await page.getByRole('link', { name: 'Migrations', exact: true }).click();
      await page.getByRole('heading', { name: 'Migrations' }).waitFor();
      answer.resolve();
      const late = page.getByRole('alert').filter({ hasText: 'The dry run of no group, whose form was left' });
      await late.getByText('cannot be waived').waitFor();
      expect(new URL(page.url()).pathname).toBe('/console/');
    });

    it('says before it is sent what it will do, also in spite of what', async () => {
      const page = await at.open('/new');
      const preview = page.getByRole('region', { name: 'What this' });
      expect(await preview.textContent()).not.toContain('StartMigration');
      await page.getByLabel('replaces the target').check();
      await page.getByLabel('Replication group').fill('orders');
      expect(await preview.textContent()).toContain('Replaces all data of orders by those of the source');
      await page.getByLabel('Cutover').first().selectOption('automatic');
      expect(await preview.textContent()).toContain('Cuts over by itself');
      await page.locator('summary', { hasText: 'Waivers' }).click();
      await page.getByRole('button', { name: 'Add a waiver' }).click();
      await page.getByLabel('Waiver 1', { exact: true }).fill('target-holds-data');
      expect(await preview.textContent()).toContain('Goes on in spite of: target-holds-data');
      await at.shot(page, 'form-migration');
    });

    it('starts one migration, although the answer was lost and it was sent again', async () => {
      await at.lab.group('once');
      const page = await at.open('/new');
      let lost = 0;
      await page.route('**/console/api/migrations', async (route) => {
        if (route.request().method() !== 'POST' || lost > 0) return route.continue();
        lost += 1;
        await route.fetch();
        return route.abort();
      });
      await page.getByLabel('Replication group').fill('once');
      await page.getByLabel('Address of the source').fill('10.0.0.5');
      await page.getByRole('button', { name: 'Start the dry run' }).click();
      await page.getByText('Whether the request was taken is not known.').waitFor();
      await page.getByRole('button', { name: 'Start the dry run' }).click();
      await page.waitForURL(/\/migrations\/once-/);

      const { body } = await at.lab.request('GET', '/migrations?replicationGroupId=once');
      expect(body.migrations).toHaveLength(1);
    });

    it('begins with the settings of another migration, and what is to be waived besides', async () => {
      const first = await at.open('/new');
      const id = await startByForm(first, { group: 'nobody-there', port: 6390, dryRun: true, reason: 'a first look' });
      const page = await at.open(`/new?from=${id}&waive=target-holds-data`);
      await page.getByLabel('Waiver 1', { exact: true }).waitFor({ state: 'attached' });
      expect(await page.getByLabel('Replication group').inputValue()).toBe('nobody-there');
      expect(await page.getByLabel('Port').inputValue()).toBe('6390');
      expect(await page.getByLabel('Reason').inputValue()).toBe('a first look');
      expect(await page.getByRole('radio', { name: 'Dry run' }).isChecked()).toBe(true);
      expect(await page.getByLabel('Quiet, s').inputValue()).toBe('0');
      expect(await page.getByLabel('Waiver 1', { exact: true }).inputValue()).toBe('target-holds-data');

      // Those of a migration that comes late neither replace what was typed, nor make a migration of a dry run.
      const late = await at.open('/');
      const answer = Promise.withResolvers<void>();
      await late.route(`**/console/api/migrations/${id}`, async (route) => {
        await answer.promise;
        const real = await route.fetch();
        await route.fulfill({ response: real, json: { ...(await real.json()), dryRun: false } });
      });
      await late.goto(`${at.front.url}/console/new?from=${id}`);
      await late.getByLabel('Replication group').fill('mine');
      const answered = late.waitForResponse((response) => response.url().endsWith(id));
      answer.resolve();
      await (await answered).finished();
      await late.evaluate(() => new Promise(requestAnimationFrame));
      expect(await late.getByLabel('Replication group').inputValue()).toBe('mine');
      await late.getByRole('button', { name: 'Start the dry run' }).waitFor();
    });
  });
