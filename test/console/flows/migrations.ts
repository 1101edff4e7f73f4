import { describe, expect, it } from 'vitest';
import type { Harness } from '../harness.ts';
import { ask, standsAt, startByForm } from '../support/steps.ts';

/** Whole migrations, as an operator makes them. */
export const migrations = (at: Harness) =>
  describe('a migration by clicks', () => {
    it('goes from the form over the cutover to its completion', async () => {
      const source = await at.lab.source(300);
      await at.lab.group('orders');
      const page = await at.open('/');
      await page.getByRole('link', { name: 'New migration' }).click();
      const id = await startByForm(page, { group: 'orders', port: source.port, reason: 'weekday move' });

      await standsAt(page, 'Awaiting cutover');
      await at.shot(page, 'migration-awaiting-cutover');
      await page.getByRole('button', { name: 'Cut over …' }).click();
      await at.shot(page, 'dialog-cutover');
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
      await ask(page, 'Cut over', 'orders', 'writers are stopped');
      await standsAt(page, 'Completed');
      await page.getByRole('button', { name: 'Roll back …' }).waitFor();
      const { data } = await at.lab.announcement(id, 'MigrationPromoted');
      const { address, port } = data.endpoint as { address: string; port: number };
      expect(await page.locator('.now').textContent()).toContain(`Point clients to ${address}:${port}`);
      await at.shot(page, 'migration-completed');

      const { cutover } = (await at.lab.view(id)) as unknown as { cutover: { reason: string } };
      expect(cutover.reason).toBe('writers are stopped');
      expect(await page.getByRole('button', { name: 'Cut over …' }).count()).toBe(0);
    });

    it('shows a cutover that was backed out, and offers it again', async () => {
      const source = await at.lab.source(50);
      await at.lab.group('again');
      const page = await at.open('/new');
      const id = await startByForm(page, { group: 'again', port: source.port, fence: 'none' });
      await standsAt(page, 'Awaiting cutover');
      // Whoever waits for a write shows that the application was not stopped, as it is the operator's word with this fence.
      const waiter = await at.lab.client(source.port);
      const waiting = waiter.sendCommand(['BLPOP', 'nothing', '0']).catch(() => undefined);
      await ask(page, 'Cut over', 'again', 'a first try');
      await at.lab.announcement(id, 'MigrationCutoverBackedOut');
      waiter.destroy();
      await waiting;

      await page.getByRole('button', { name: 'Cut over …' }).waitFor();
      await at.shot(page, 'migration-backed-out');
      await ask(page, 'Abort', 'again', 'not today');
      await standsAt(page, 'Aborted');
    });

    it('shows what a preflight has found, with what to do about it', async () => {
      await at.lab.group('nowhere');
      const page = await at.open('/new');
      await startByForm(page, { group: 'nowhere', port: 1 });

      await standsAt(page, 'Failed');
      await page.getByText('source-unreachable').first().waitFor();
      await at.shot(page, 'migration-preflight-failed');
    });
  });
