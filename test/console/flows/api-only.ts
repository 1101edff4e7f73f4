import { describe, expect, it } from 'vitest';
import { API_ONLY } from '../../../functions/migration/guarantees.ts';
import type { Harness } from '../harness.ts';
import { madeRecord, putRecords } from '../support/records.ts';
import { standsAt } from '../support/steps.ts';

const ID = 'nofence-0123456789ab';

/** Of a stack that reaches no Redis server. */
export const apiOnly = (at: Harness) =>
  describe('an API-only migration', () => {
    it('says what it lacks in the list, on its page and where the cutover is decided', async () => {
      await putRecords(at.lab, [
        madeRecord(ID, 'nofence', {
          apiOnly: true,
          status: 'awaitingCutover',
          statusReason: 'MasterLinkHealthStatus of nofence-001 was 1 in each of the last 3 periods of 60 s.',
          phase: 'awaitingCutover',
          waitingFor: 'your word that the writers are stopped, and your request for the cutover',
        }),
      ]);
      const page = await at.open('/?group=nofence');
      await page.locator('tr', { hasText: 'nofence' }).getByText('API-only', { exact: true }).waitFor();
      await page.getByText('no fence, no comparison, no proof').waitFor();
      await at.shot(page, 'api-only-list');
      await page.getByRole('link', { name: 'nofence', exact: true }).click();
      await standsAt(page, 'Awaiting cutover');
      expect(await page.locator('.now').textContent()).toContain('Nobody is kept from writing to the source');
      expect(await page.locator('#guarantees li').allTextContents()).toEqual(API_ONLY.lacks);
      await at.shot(page, 'api-only-page');

      await page.getByRole('button', { name: 'Cut over …' }).click();
      const dialog = page.getByRole('dialog');
      expect(await dialog.locator('#act-lacks li').allTextContents()).toEqual(API_ONLY.lacks);
      expect(await dialog.getAttribute('aria-describedby')).toContain('act-lacks');
      expect(await dialog.locator('#act-will').textContent()).not.toContain('frozen');
      await at.shot(page, 'api-only-dialog');
      expect(await at.axe(page)).toEqual([]);
      await page.setViewportSize({ width: 375, height: 900 });
      expect(await at.overflow(page)).toBe(0);
      await at.shot(page, 'api-only-dialog-375');

      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Cut over …' }).click();
      // What will happen is above the fields, and is to be seen first.
      expect(await dialog.evaluate((open) => [open.scrollTop, open.scrollHeight > open.clientHeight])).toEqual([
        0,
        true,
      ]);
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H2');
    });
  });
