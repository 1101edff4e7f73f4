import { describe, expect, it } from 'vitest';
import type { Harness } from '../harness.ts';
import { madeRecord, putRecords } from '../support/records.ts';
import { ask, standsAt } from '../support/steps.ts';

export const outage = (at: Harness) =>
  describe('an outage', () => {
    it('of the console leaves the last view on the page, is told, and ends by itself; acts go on with the new token', async () => {
      const source = await at.lab.source(50);
      await at.lab.group('outage');
      const id = await at.lab.start('outage', source.port);
      await at.lab.awaiting(id);
      const page = await at.open(`/migrations/${id}`);
      await standsAt(page, 'Awaiting cutover');

      await at.front.stop();
      await page.getByText('The API has not answered since').waitFor();
      await standsAt(page, 'Awaiting cutover');
      expect(await at.axe(page)).toEqual([]);
      await at.shot(page, 'outage');

      // What answers on the port may be the console of another stack by then: nothing of this page is for that one.
      await at.front.start('http://127.0.0.1:1/production');
      await page.getByText(`This page was opened for ${at.lab.aws.apiUrl}.`).waitFor();
      await page.getByText('The API has not answered since').waitFor({ state: 'detached' });
      await standsAt(page, 'Awaiting cutover');
      await ask(page, 'Abort', 'outage', 'to the wrong one');
      await page.getByRole('dialog').getByText('This page was opened for another API', { exact: true }).waitFor();
      expect((await at.lab.view(id)).requests).toBeUndefined();
      expect(await at.axe(page)).toEqual([]);
      await at.shot(page, 'other-stack');
      await page.keyboard.press('Escape');

      await at.front.stop();
      await at.front.start();
      await page.locator('strong', { hasText: 'This page was opened for' }).waitFor({ state: 'detached' });
      await ask(page, 'Abort', 'outage', 'after the outage');
      await standsAt(page, 'Aborted');
    });

    it('of the API behind the console is told as well, and an act in it says that nothing is known', async () => {
      const id = 'behind-000000000001';
      await putRecords(at.lab, [
        madeRecord(id, 'behind', { status: 'awaitingCutover', phase: 'awaitingCutover', waitingFor: 'your request' }),
      ]);
      const page = await at.open(`/migrations/${id}`);
      await standsAt(page, 'Awaiting cutover');
      at.front.leadTo('http://127.0.0.1:1');
      await page.getByText('The API has not answered since').waitFor();
      await ask(page, 'Abort', 'behind', 'in the outage');
      await page.getByRole('dialog').getByText('Whether it was taken is not known.').waitFor();
      await page.getByRole('dialog').getByRole('alert').getByText('What is said here is as of then.').waitFor();
      await at.shot(page, 'dialog-away');

      at.front.leadTo(at.lab.aws.apiUrl);
      await expect.poll(() => page.getByText('The API has not answered since').count()).toBe(0);
    });

    it('by an answer that is rubbish is one as any other: the page stays, and goes on with the next answer', async () => {
      const id = 'rubbish-000000000001';
      const waiting = { status: 'awaitingCutover', phase: 'awaitingCutover', waitingFor: 'your request' } as const;
      await putRecords(at.lab, [madeRecord(id, 'rubbish', waiting)]);
      const page = await at.open(`/migrations/${id}`);
      await standsAt(page, 'Awaiting cutover');
      await page.route(`**/console/api/migrations/${id}`, (route) => route.fulfill({ json: { migrationId: id } }));
      await page.getByText('It answered without status').waitFor();
      await standsAt(page, 'Awaiting cutover');
      expect(await page.getByText('This page broke').count()).toBe(0);

      await putRecords(at.lab, [madeRecord(id, 'rubbish', { status: 'syncing', phase: 'linkLost' })]);
      await page.unroute(`**/console/api/migrations/${id}`);
      await page.getByText('The API has not answered since').waitFor({ state: 'detached' });
      await standsAt(page, 'Link lost');
    });

    it('of a page that breaks all the same ends by itself, too', async () => {
      const id = 'broken-000000000001';
      await putRecords(at.lab, [madeRecord(id, 'broken')]);
      const page = await at.open('/');
      await page.route(`**/console/api/migrations/${id}`, async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: { ...(await answer.json()), shards: 'none' } });
      });
      await page.goto(`${at.front.url}/console/migrations/${id}`);
      await page.getByText('This page broke').waitFor();
      expect(await page.locator('.acts button').count()).toBe(0);
      await page.unroute(`**/console/api/migrations/${id}`);
      await page.getByText('This page broke').waitFor({ state: 'detached' });
      await page.locator('main .badge').first().waitFor();
    });
  });
