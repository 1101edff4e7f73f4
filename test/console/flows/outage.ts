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

      // What answers on the port may be the console of another stack by then: the page says so.
      await page.route('**/console/session', async (route) => {
        const answer = await route.fetch();
        const { target, ...session } = await answer.json();
        await route.fulfill({
          response: answer,
          json: { ...session, target: { ...target, kind: 'stack', stack: 'other' } },
        });
      });
      await at.front.start();
      await page.getByText('The API has not answered since').waitFor({ state: 'detached' });
      await page.locator('header', { hasText: 'other' }).waitFor();
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

      at.front.leadTo(at.lab.aws.apiUrl);
      await page.getByText('The API has not answered since').waitFor({ state: 'detached' });
    });
  });
