import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { EmbeddedAwsOptions } from '../../local/boot.ts';
import { type Lab, startLab } from '../e2e/lab.ts';
import { seriousFindings } from './support/axe.ts';
import { launchBrowser } from './support/browser.ts';
import { type Front, startFront } from './support/front.ts';
import { openPage, type PageOptions, type WatchedPage } from './support/watched-page.ts';

const ARTIFACTS = fileURLToPath(new URL('../../artifacts/console/', import.meta.url));

/** The embedded AWS with the console before it, and a browser: one of each for all tests. */
export interface Harness {
  lab: Lab;
  front: Front;
  browser: Browser;
  /** Opens a page of the console, `/new` or `/migrations/<id>` or '/', in a context of its own. */
  open(path: string, options?: PageOptions): Promise<Page>;
  /** Keeps the whole page as artifacts/console/<name>.png. */
  shot(page: Page, name: string): Promise<void>;
  /** What axe finds serious or critical. */
  axe(page: Page): Promise<string[]>;
  /** How far the page goes beyond its window, in pixels: 0 where nothing has to be scrolled sideways. */
  overflow(page: Page): Promise<number>;
  /** Closes all pages, and tells what went wrong in any of them: failed scripts, broken policies, foreign hosts. */
  closePages(): Promise<string[]>;
  end(): Promise<void>;
}

export const startHarness = async (options: EmbeddedAwsOptions = {}): Promise<Harness> => {
  await mkdir(ARTIFACTS, { recursive: true });
  const [lab, browser] = await Promise.all([startLab(options), launchBrowser()]);
  const front = await startFront(lab.aws.apiUrl);
  const opened = new Set<WatchedPage>();
  return {
    lab,
    front,
    browser,
    async open(path, pageOptions) {
      const watched = await openPage(browser, [front.url], pageOptions);
      opened.add(watched);
      await watched.page.goto(`${front.url}/console${path}`);
      return watched.page;
    },
    async shot(page, name) {
      await page.screenshot({ path: `${ARTIFACTS}${name}.png`, fullPage: true });
    },
    axe: seriousFindings,
    overflow: (page) =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    async closePages() {
      const all = [...opened];
      opened.clear();
      const faults = all.flatMap((watched) => watched.faults);
      await Promise.all(all.map(({ context }) => context.close()));
      return faults;
    },
    async end() {
      await browser.close();
      await front.stop();
      await lab.end();
    },
  };
};
