import type { Page } from 'playwright-core';

export interface FormOptions {
  group: string;
  /** Of the source. */
  port: number;
  dryRun?: boolean;
  reason?: string;
  fence?: 'auto' | 'none';
}

/** Fills in the form for a migration and sends it. @returns the id of the migration whose page opens */
export const startByForm = async (
  page: Page,
  { group, port, dryRun = false, reason, fence = 'auto' }: FormOptions,
): Promise<string> => {
  await page
    .getByLabel(dryRun ? 'Dry run' : 'Migration', { exact: false })
    .first()
    .check();
  await page.getByLabel('Replication group').fill(group);
  await page.getByLabel('Address of the source').fill('10.0.0.5');
  await page.getByLabel('Port').fill(String(port));
  if (reason !== undefined) await page.getByLabel('Reason').fill(reason);
  // A minute of quiet, as it is by default, would be a minute for every test.
  await page.locator('summary', { hasText: 'Cutover' }).click();
  await page.getByLabel('Quiet, s').fill('0');
  await page.getByLabel('Fence').selectOption(fence);
  await page.getByRole('button', { name: dryRun ? 'Start the dry run' : 'Start the migration' }).click();
  await page.waitForURL(/\/console\/migrations\/./);
  return decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');
};

/** Waits until the page shows that status. */
export const standsAt = async (page: Page, status: string): Promise<void> => {
  await page.locator('main .badge', { hasText: status }).first().waitFor({ timeout: 30_000 });
};

/** Opens the dialog of an act, types what it asks for, and sends it. */
export const ask = async (page: Page, act: string, group: string, reason: string): Promise<void> => {
  await page.getByRole('button', { name: `${act} …` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel("Type the replication group's name").fill(group);
  await dialog.getByLabel('Reason', { exact: true }).fill(reason);
  await dialog.getByRole('button', { name: act, exact: true }).click();
};

const MOST_TABS = 200;

/** Presses Tab until the element with this role and name has the focus. */
export const tabTo = async (page: Page, name: string): Promise<void> => {
  for (let tabs = 0; tabs < MOST_TABS; tabs++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const { activeElement: at } = document;
      const labels = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement ? at.labels : null;
      return (at?.getAttribute('aria-label') ?? labels?.[0]?.textContent ?? at?.textContent ?? '').trim();
    });
    if (focused.startsWith(name)) return;
  }
  throw new Error(`Tab does not lead to “${name}”`);
};
