import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { checkFile } from '../../../verify/certificate/check.ts';
import type { Harness } from '../harness.ts';
import { madeRecord, putRecords } from '../support/records.ts';
import { putSamples } from '../support/samples.ts';
import { standsAt } from '../support/steps.ts';
import { TRAP } from '../support/watched-page.ts';

const HOSTILE = `<img src=x onerror="window.${TRAP}=1"><script>window.${TRAP}=1</script>`;
const DAY_SECONDS = 86_400;

/** A day of syncing, a sample each 10 s, with one peak of the lag. */
const dayOfSamples = (beginMs: number) =>
  Array.from({ length: DAY_SECONDS / 10 }, (_, index) => ({
    at: new Date(beginMs + index * 10_000).toISOString(),
    phase: 'inSync' as const,
    lagBytes: index === 4000 ? 987_654_321 : 1000 + (index % 50),
    appliedOffset: index * 100_000,
    stream: 'aaaaaaaa',
  }));

const rail = (page: Page) => page.getByRole('navigation', { name: 'Steps of the migration' });

/** The page of one migration, as who watches it for hours has it. */
export const watching = (at: Harness) =>
  describe("a migration's page", () => {
    it('follows by itself, and leaves focus, scrolling, selection and what was opened where they are', async () => {
      const source = await at.lab.source(300);
      await at.lab.group('watched');
      const id = await at.lab.start('watched', source.port);
      await at.lab.awaiting(id);
      const page = await at.open(`/migrations/${id}`);
      await standsAt(page, 'Awaiting cutover');
      expect(await rail(page).locator('[aria-current="step"]').textContent()).toContain('Awaits cutover');
      // Minutes may lie between two looks: a link that was down may be up again.
      expect(await page.locator('#nodes').textContent()).toMatch(/seen \d+ s ago/);
      await page.locator('#charts canvas').nth(1).waitFor();
      await page.getByText('The same as a table').click();
      await page.locator('#charts tbody tr').first().waitFor();

      const finding = page.locator('.finding details').first();
      await finding.locator('summary').click();
      await finding.getByRole('button', { name: /^Copy/ }).first().focus();
      await page.evaluate(() => {
        const sentence = document.querySelector('#preflight .found dd')?.firstChild as Node;
        getSelection()?.selectAllChildren(sentence.parentNode as Node);
      });
      const whereItStands = () =>
        page.evaluate(() => ({
          focus: document.activeElement?.getAttribute('aria-label'),
          selected: String(getSelection()),
          opened: document.querySelectorAll('#preflight details[open]').length,
          top: document.querySelector('#preflight')?.getBoundingClientRect().top,
        }));
      const before = await whereItStands();
      expect(before).toMatchObject({ focus: expect.stringContaining('Copy'), opened: 1 });

      await at.lab.request('POST', `/migrations/${id}/cutover`);
      await standsAt(page, 'Completed');
      const { top, ...after } = await whereItStands();
      expect(after).toEqual({ focus: before.focus, selected: before.selected, opened: before.opened });
      expect(await page.getByRole('status').textContent()).toContain('Completed');
      expect(await rail(page).locator('li').last().textContent()).toContain('Completed');
    });

    it('gives the certificate as the file that the check takes, every event with its payload, and a link to each part', async () => {
      const page = await at.open('/?group=watched');
      await page.getByRole('link', { name: 'watched' }).first().click();
      await standsAt(page, 'Completed');
      const waiting = page.waitForEvent('download');
      await page.locator('#certificate').getByRole('button', { name: 'Download' }).click();
      const file = await (await waiting).path();
      const checked = checkFile(JSON.parse(await readFile(file, 'utf8')), undefined);

      expect(checked?.findings.filter(({ verdict }) => verdict === 'bad')).toEqual([]);
      expect(checked?.certificate).toMatchObject({ replicationGroupId: 'watched' });
      await page.locator('#certificate').getByRole('button', { name: 'Copy the certificate' }).click();
      expect(JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))).toEqual(checked?.certificate);

      const events = page.locator('#timeline li');
      await events.filter({ hasText: 'Completed' }).waitFor();
      await events.filter({ hasText: 'Promoted' }).locator('summary').click();
      const payload = JSON.parse((await events.filter({ hasText: 'Promoted' }).locator('pre').textContent()) ?? '');
      const announced = at.lab.announced.find(
        ({ detailType, migrationId }) => detailType === 'MigrationPromoted' && migrationId.startsWith('watched-'),
      );
      expect(payload.data).toEqual(announced?.data);

      await page.getByRole('navigation', { name: 'On this page' }).getByRole('link', { name: 'Verification' }).click();
      expect(new URL(page.url()).hash).toBe('#verification');
      const link = page.url();
      await page.goto(new URL('/console', link).href);
      await page.goto(link);
      await page.waitForFunction(
        () => (document.querySelector('#verification')?.getBoundingClientRect().top ?? 1e9) < 900,
      );

      const confirmation = {
        at: new Date().toISOString(),
        by: { by: 'http', principal: 'arn:anna' },
        reason: 'I have looked',
        unproven: ['0001 has another history.'],
        unfenced: ['10.0.0.5:6379 was not reached.'],
        keys: [{ nodeGroupId: '0001', targetKeys: 1000 }],
      };
      await page.route(`**/console/api/migrations/${checked?.certificate?.migrationId}`, async (route) => {
        const real = await route.fetch();
        const view = await real.json();
        const certificate = { ...view.cutover.certificate, confirmation };
        await route.fulfill({
          response: real,
          json: { ...view, cutover: { ...view.cutover, certificate, confirmation } },
        });
      });
      await page.reload();
      await page
        .locator('#certificate')
        .getByText('The promotion is confirmed by an operator, and not proven')
        .waitFor();
      const said = await page.locator('#certificate .note').textContent();
      for (const text of ['arn:anna', 'I have looked', 'another history', 'not reached', '1,000 on the target'])
        expect(said).toContain(text);
      expect(await page.locator('#cutover').textContent()).not.toMatch(/Promotion proven|stands, also after a restart/);
      await at.shot(page, 'migration-confirmed');
      expect(await at.axe(page)).toEqual([]);
    });

    it.each([
      [1440, false],
      [375, true],
    ])('fits into %i px, dark: %s, without a serious finding', async (width, dark) => {
      const page = await at.open('/?group=watched', { width, dark });
      await page.getByRole('link', { name: 'watched' }).first().click();
      await standsAt(page, 'Completed');
      await page.locator('#timeline li').first().waitFor();
      for (const summary of await page.locator('.sections summary').all()) await summary.click();

      expect(await at.overflow(page)).toBe(0);
      expect(await at.axe(page)).toEqual([]);
      await at.shot(page, `page-${width}-${dark ? 'dark' : 'light'}`);
    });

    it('draws a day of samples with their peak, and a table of some of them', async () => {
      const beginMs = Date.now() - DAY_SECONDS * 1000;
      const id = 'day-0123456789ab';
      const acceptedAt = new Date(beginMs).toISOString();
      const record: Partial<MigrationRecord> = {
        acceptedAt,
        phase: 'inSync',
        progress: { asOf: new Date().toISOString(), lagBytes: 5 },
        phases: [{ phase: 'inSync', at: acceptedAt }],
      };
      await putRecords(at.lab, [madeRecord(id, 'day', record)]);
      await putSamples(at.lab, id, dayOfSamples(beginMs));
      const page = await at.open(`/migrations/${id}`);
      await page.getByRole('img', { name: /Lag: latest .*at most 942 MiB/ }).waitFor();
      await page.getByRole('button', { name: '1 h', exact: true }).click();
      await page.getByRole('img', { name: /Lag: latest .*at most 1.02 KiB/ }).waitFor();
      await page.getByRole('button', { name: 'All', exact: true }).click();
      await page.getByRole('img', { name: /Lag: latest .*at most 942 MiB/ }).waitFor();
      await page.getByRole('button', { name: 'Look closer' }).focus();
      for (let times = 0; times < 5; times++) await page.keyboard.press('Enter');
      const shown = page.locator('#charts .shown');
      await shown.filter({ hasText: / to / }).waitFor();
      const closest = await shown.textContent();
      const said = () => page.getByRole('status').textContent();
      const toNewest = await said();
      expect(toNewest).toMatch(/^The charts show .*\d to .*\d$/);
      // It ends with the newest, and goes on with it.
      await expect.poll(() => shown.textContent()).not.toBe(closest);
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Shift+Tab');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Earlier');
      await page.keyboard.press('Enter');
      await expect.poll(said).not.toBe(toNewest);
      expect(await shown.textContent()).toBe((await said())?.replace('The charts show ', ''));
      await at.shot(page, 'page-day-closer');
      await page.getByRole('button', { name: 'All', exact: true }).click();
      await page.getByText('The same as a table').click();
      await page.locator('#charts tbody tr').nth(20).waitFor();
      expect(await page.locator('#charts tbody tr').count()).toBeLessThanOrEqual(60);
      expect(await page.locator('#charts tbody').textContent()).toContain('942 MiB');
      await at.shot(page, 'page-day');
    });

    it('shows what others have typed as text, wherever it stands', async () => {
      const id = 'hostile-0123456789ab';
      const now = new Date().toISOString();
      const by = { by: 'http' as const, principal: HOSTILE, at: now };
      await putRecords(at.lab, [
        madeRecord(id, 'hostile', {
          status: 'failed',
          outcome: 'failed',
          stoppedAt: now,
          statusReason: HOSTILE,
          failure: { error: HOSTILE, cause: `${HOSTILE} again` },
          requestedBy: by,
          backOuts: [{ at: now, reason: HOSTILE, request: { by } }],
          shards: [
            {
              nodeGroupId: '0001',
              source: { address: HOSTILE, port: 1 },
              phase: 'linkLost',
              nodes: [{ cacheClusterId: HOSTILE, endpoint: { address: HOSTILE, port: 1 }, role: 'primary' }],
            },
          ],
          stragglers: {
            asOf: now,
            writers: 1,
            readers: 0,
            clients: [
              { kind: 'writes', address: HOSTILE, node: { address: 'a', port: 1 }, name: HOSTILE, command: HOSTILE },
            ],
          },
          verificationReport: {
            verdict: 'different',
            why: HOSTILE,
            mode: 'full',
            startedAt: now,
            verifiedAt: now,
            differences: [{ database: 0, key: HOSTILE, kind: 'missing', note: HOSTILE }],
            untold: [HOSTILE],
            notes: [HOSTILE],
          },
        }),
      ]);
      const page = await at.open(`/migrations/${id}`);
      await standsAt(page, 'Failed');
      expect(await page.locator('main img, main script').count()).toBe(0);
      expect(await page.locator('main').textContent()).toContain(HOSTILE);
      expect(await at.overflow(page)).toBe(0);
    });
  });
