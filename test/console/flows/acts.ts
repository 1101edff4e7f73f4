import { describe, expect, it } from 'vitest';
import type { Harness } from '../harness.ts';
import { madeRecord, putRecords } from '../support/records.ts';
import { standsAt, tabTo } from '../support/steps.ts';

const AWAITING = {
  status: 'awaitingCutover',
  statusReason: 'Source and target are in sync; the cutover is to be requested.',
  phase: 'awaitingCutover',
  waitingFor: 'your request for the cutover',
} as const;

export const acts = (at: Harness) =>
  describe('an act', () => {
    it('is asked for by the keyboard alone: name and reason first, and Escape leaves everything as it is', async () => {
      const source = await at.lab.source(50);
      await at.lab.group('keys');
      const id = await at.lab.start('keys', source.port);
      await at.lab.awaiting(id);
      const page = await at.open(`/migrations/${id}`);
      await standsAt(page, 'Awaiting cutover');

      await tabTo(page, 'Abort');
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog');
      await dialog.waitFor();
      // Read out with the title: the focus is in the first field, past what will happen.
      expect((await dialog.getAttribute('aria-describedby'))?.split(' ')).toEqual(['act-will', 'act-after']);
      const focusedAfter = page.evaluate(
        () =>
          new Promise((resolve) => {
            const gone = new MutationObserver(() => {
              if (document.querySelector('dialog') === null) resolve(document.activeElement?.textContent);
            });
            gone.observe(document.body, { childList: true, subtree: true });
          }),
      );
      await page.evaluate(() => undefined);
      await page.keyboard.press('Escape');
      // At the very moment when it is gone: what is typed next must not be lost.
      expect(await focusedAfter).toBe('Abort …');

      await page.keyboard.press('Enter');
      await tabTo(page, 'Reason');
      await page.keyboard.type('the window is over');
      await tabTo(page, 'Abort');
      await page.keyboard.press('Enter');
      await page.getByText('Type keys to go on.').waitFor();
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('act-group');
      expect((await at.lab.view(id)).allowedActions).toContain('abort');

      await page.keyboard.type('keys');
      await tabTo(page, 'Abort');
      await at.shot(page, 'dialog-abort-by-keyboard');
      await page.keyboard.press('Enter');
      await standsAt(page, 'Aborted');
      expect(await at.lab.view(id)).toMatchObject({ requests: { abort: { reason: 'the window is over' } } });
      await at.shot(page, 'migration-aborted');
    });

    it('that the API refuses says why in its dialog, and what can be asked for instead', async () => {
      const id = 'refused-000000000001';
      await putRecords(at.lab, [madeRecord(id, 'refused', AWAITING)]);
      const page = await at.open(`/migrations/${id}`);
      await page.getByRole('button', { name: 'Cut over …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel("Type the replication group's name").fill('refused');
      await dialog.getByLabel('Reason').fill('now');
      await putRecords(at.lab, [madeRecord(id, 'refused', { status: 'syncing', phase: 'linkLost' })]);
      await dialog.getByRole('button', { name: 'Cut over', exact: true }).click();

      await dialog.getByText('The action is not allowed now').waitFor();
      await dialog.getByText('It is not offered any more').waitFor();
      expect(await dialog.textContent()).toContain('what can be asked for: abort');
      await at.shot(page, 'dialog-refused');
    });

    it('of which this console knows nothing is offered as the API names it', async () => {
      const id = 'unknown-000000000001';
      await putRecords(at.lab, [madeRecord(id, 'unknown', AWAITING)]);
      const page = await at.open('/');
      await page.route(`**/console/api/migrations/${id}`, async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: { ...(await answer.json()), allowedActions: ['levitate'] } });
      });
      await page.goto(`${at.front.url}/console/migrations/${id}`);
      await page.getByRole('button', { name: 'levitate …' }).click();
      await page.getByRole('dialog').getByText('which this console does not know').waitFor();
    });
  });
