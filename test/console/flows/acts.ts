import { describe, expect, it } from 'vitest';
import type { Harness } from '../harness.ts';
import { madeRecord, putRecords } from '../support/records.ts';
import { ask, standsAt, tabTo } from '../support/steps.ts';

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
      // At the title, with which the rest is read out: past it stand fields that one key would change.
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H2');
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
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      // Not at the top of the document, where a reader would have to begin anew.
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
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
      await dialog.getByRole('alert').getByText('It is not offered any more').waitFor();
      // A change of the status, which is told by the page's own region elsewhere.
      expect(await dialog.getByRole('status').textContent()).toContain('Link lost');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Cut over');
      expect(await dialog.textContent()).toContain('what can be asked for: abort');
      await at.shot(page, 'dialog-refused');
    });

    it('whose dialog was closed while it was sent tells its refusal on every page, and leaves the next dialog alone', async () => {
      const id = 'late-000000000001';
      await putRecords(at.lab, [madeRecord(id, 'late', AWAITING)]);
      const page = await at.open(`/migrations/${id}`);
      /** @returns what lets the answer through */
      const askAndClose = async (): Promise<() => void> => {
        await putRecords(at.lab, [madeRecord(id, 'late', AWAITING)]);
        const answer = Promise.withResolvers<void>();
        const asked = Promise.withResolvers<void>();
        await page.route(`**/migrations/${id}/cutover`, async (route) => {
          asked.resolve();
          await answer.promise;
          await route.continue();
        });
        await ask(page, 'Cut over', 'late', 'now');
        await asked.promise;
        await putRecords(at.lab, [madeRecord(id, 'late', { status: 'syncing', phase: 'linkLost' })]);
        await page.getByText('It cannot be taken back any more').waitFor();
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
        await standsAt(page, 'Link lost');
        return () => answer.resolve();
      };
      const letThrough = await askAndClose();
      await page.getByRole('button', { name: 'Abort …' }).click();
      await page.getByRole('dialog').getByLabel('Reason').fill('typed meanwhile');
      letThrough();

      const alert = page.locator('.late[role="alert"]');
      await alert.getByText('The action is not allowed now').waitFor();
      expect(await alert.textContent()).toContain(`Cut over of ${id}, whose dialog was closed while it was being sent`);
      // The page is hidden from screen readers by the dialog.
      const heard = page.getByRole('dialog').getByRole('status');
      expect(await heard.textContent()).toBe(`Cut over of ${id} was refused: The action is not allowed now.`);
      expect(await page.getByRole('dialog').getByLabel('Reason').inputValue()).toBe('typed meanwhile');
      await page.keyboard.press('Escape');
      await at.shot(page, 'act-refused-late');
      expect(await at.axe(page)).toEqual([]);
      await alert.getByRole('button', { name: 'I have read it' }).click();
      expect(await page.locator('.late').count()).toBe(0);

      const letThroughLater = await askAndClose();
      await page.getByRole('link', { name: 'Migrations', exact: true }).first().click();
      await page.getByRole('heading', { name: 'Migrations' }).waitFor();
      letThroughLater();
      await alert.getByText('The action is not allowed now').waitFor();
      await at.shot(page, 'act-refused-elsewhere', 900);
      await page.setViewportSize({ width: 375, height: 420 });
      await page.locator('tbody tr').first().waitFor();
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      expect(await page.evaluate(() => scrollY)).toBeGreaterThan(0);
      // Whoever has scrolled down sees it all the same.
      expect((await alert.boundingBox())?.y).toBe(0);
      expect(await at.overflow(page)).toBe(0);
      await alert.getByRole('link', { name: id }).click();
      await standsAt(page, 'Link lost');
      await alert.getByRole('button', { name: 'I have read it' }).click();
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    });

    it('to unfence names nodes that are gone for good, also while one that waits for them is pending', async () => {
      const id = 'gone-000000000001';
      const promoted = {
        status: 'promoted',
        phase: 'closing',
        promotedAt: new Date().toISOString(),
        cutoverSettings: {
          mode: 'manual',
          fence: 'auto',
          drainBudgetMs: 2000,
          promotionBudgetSeconds: 60,
          quietSeconds: 60,
        },
        fence: { kind: 'acl', phase: 'lifting', nodes: 2, openedAt: new Date().toISOString() },
      } as const;
      const bodies: unknown[] = [];
      const open = async (record: object) => {
        await putRecords(at.lab, [madeRecord(id, 'gone', { ...promoted, ...record })]);
        const page = await at.open(`/migrations/${id}`);
        await page.route(`**/migrations/${id}/unfence`, async (route) => {
          bodies.push(route.request().postDataJSON());
          await route.fulfill({ status: 202, json: await at.lab.view(id) });
        });
        return page;
      };
      const first = await open({});
      await first.getByRole('button', { name: 'Lift the fence …' }).click();
      const dialog = first.getByRole('dialog');
      await dialog.getByLabel('10.0.0.9:6379').check();
      await dialog.getByLabel('Others, as host:port').fill('10.0.0.6:6380, a:b:c [fd00::1]:7000');
      await dialog.getByLabel("Type the replication group's name").fill('gone');
      await dialog.getByLabel('Reason', { exact: true }).fill('it has burnt');
      await dialog.getByRole('button', { name: 'Lift the fence', exact: true }).click();
      await dialog.getByText('a:b:c has to be host:port').waitFor();
      expect(bodies).toEqual([]);
      await at.shot(first, 'dialog-give-up');
      expect(await at.axe(first)).toEqual([]);
      await dialog.getByLabel('Others, as host:port').fill('10.0.0.6:6380 [fd00::1]:7000');
      await dialog.getByRole('button', { name: 'Lift the fence', exact: true }).click();
      await expect.poll(() => bodies.length).toBe(1);

      const at2 = new Date().toISOString();
      const pending = await open({ pendingAct: { act: 'unfence', at: at2 } });
      await ask(pending, 'Give nodes up', 'gone', 'the replica, too');
      await pending.getByText('name the node that is gone for good').waitFor();
      await pending.getByRole('dialog').getByLabel('10.0.0.9:6379').check();
      await pending.getByRole('dialog').getByRole('button', { name: 'Give nodes up', exact: true }).click();
      await expect.poll(() => bodies.length).toBe(2);

      expect(bodies).toEqual([
        {
          reason: 'it has burnt',
          giveUp: [
            { address: '10.0.0.9', port: 6379 },
            { address: '10.0.0.6', port: 6380 },
            { address: 'fd00::1', port: 7000 },
          ],
        },
        { reason: 'the replica, too', giveUp: [{ address: '10.0.0.9', port: 6379 }] },
      ]);
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
