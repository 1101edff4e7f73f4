import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe calls serious or critical, each with the elements it was found at. */
export const seriousFindings = async (page: Page): Promise<string[]> => {
  // Not as an element of the page: its policy lets no other script in, and is not loosened for a test.
  if (!(await page.evaluate(() => 'axe' in window))) {
    const session = await page.context().newCDPSession(page);
    await session.send('Runtime.evaluate', { expression: axe.source });
    await session.detach();
  }
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: typeof axe }).axe.run(document, { preload: false, resultTypes: ['violations'] }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
};
