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
  /** Keeps the page as artifacts/console/<name>.png, all of it up to so many pixels. */
  shot(page: Page, name: string, mostPixels?: number): Promise<void>;
  /** What axe finds serious or critical. */
  axe(page: Page): Promise<string[]>;
  /** How far the page goes beyond its window, in pixels: 0 where nothing has to be scrolled sideways. */
  overflow(page: Page): Promise<number>;
  /** What went wrong in any page that is open: failed scripts, broken policies, foreign hosts. */
  faults(): string[];
  /** Closes all pages, and tells their faults for the last time. */
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
    async shot(page, name, mostPixels = 4000) {
      const { width, height } = await page.evaluate(() => ({
        width: document.documentElement.clientWidth,
        height: document.documentElement.scrollHeight,
      }));
      const clip = { x: 0, y: 0, width, height: Math.min(height, mostPixels) };
      await page.screenshot({ path: `${ARTIFACTS}${name}.png`, fullPage: true, clip });
    },
    axe: seriousFindings,
    overflow: (page) =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    faults: () => [...opened].flatMap((watched) => watched.faults),
    async closePages() {
      const all = [...opened];
      opened.clear();
      await Promise.all(all.map(({ context }) => context.close()));
      return all.flatMap((watched) => watched.faults);
    },
    async end() {
      await browser.close();
      await front.stop();
      await lab.end();
    },
  };
};
