import type { Browser, BrowserContext, Page } from 'playwright-core';

export interface PageOptions {
  /** CSS pixels; default 1440. */
  width?: number;
  dark?: boolean;
}

/** A page, and what went wrong in it: scripts that failed, policies that were broken, hosts that are not ours. */
export interface WatchedPage {
  page: Page;
  faults: string[];
  context: BrowserContext;
}

/** What hostile content of the tests would set if it ran. */
export const TRAP = '__ran';

export const openPage = async (
  browser: Browser,
  origins: readonly string[],
  { width = 1440, dark = false }: PageOptions = {},
): Promise<WatchedPage> => {
  const context = await browser.newContext({
    viewport: { width, height: width < 500 ? 812 : 900 },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const faults: string[] = [];
  await context.exposeBinding('__fault', (_, text: string) => {
    faults.push(text);
  });
  await context.addInitScript((trap) => {
    const tell = (text: string) => (window as unknown as { __fault(text: string): void }).__fault(text);
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) =>
      tell(`policy ${effectiveDirective}: ${blockedURI} ${sample}`),
    );
    Object.defineProperty(window, trap, { set: () => tell('hostile content ran as script'), get: () => undefined });
  }, TRAP);
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`error ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && !origins.includes(url.origin)) faults.push(`asks ${url.origin}`);
  });
  page.setDefaultTimeout(20_000);
  return { page, faults, context };
};
