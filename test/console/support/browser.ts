import { type Browser, chromium } from 'playwright-core';
import { findChromium } from './chromium.ts';

/** No sandbox: CI is root in a container, and the only pages are ours. The rest keeps it from asking other hosts. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Each page has a context of its own, for each of which a process would start, and one more be kept ready.
  '--process-per-site',
  '--renderer-process-limit=1',
];

/** @throws ChromiumNotFoundError */
export const launchBrowser = async (): Promise<Browser> =>
  chromium.launch({ executablePath: await findChromium(), args: ARGUMENTS, headless: true });
