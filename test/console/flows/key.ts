import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildConsole } from '../../../console/build.ts';
import { AccessKeys } from '../../../console/server/key.ts';
import { json } from '../../client/support/api.ts';
import type { Harness } from '../harness.ts';
import { send } from '../support/requests.ts';
import { type ServedConsole, serveAConsole } from '../support/served.ts';

const NEEDED = 'Open the console by the URL that it printed';

/** Whoever has the key has every act: a real browser decides to whom it goes. */
export const keyOfTheStack = (at: Harness) =>
  describe('the key of the console of a stack', () => {
    let keys = new AccessKeys();
    let served: ServedConsole;
    let context: BrowserContext;
    let subject = 'anna';
    const urlWith = (key: string, path = '/') => `${served.url}/console${path}#key=${key}`;
    beforeAll(async () => {
      const ofTheMoment = {
        check: (request: IncomingMessage) => keys.check(request),
        exchange: (request: IncomingMessage) => keys.exchange(request),
      };
      const target = async () => ({ kind: 'stack' as const, stack: 'cache', apiUrl: 'https://api', subject });
      served = await serveAConsole({
        keys: ofTheMoment,
        assets: await buildConsole(),
        target,
        caller: async () => subject,
      });
      served.api.answer = (_, response) => json(response, 200, { migrations: [] });
    });
    afterEach(() => context?.close());
    afterAll(() => served.close());

    const openTab = async (url: string): Promise<Page> => {
      const page = await context.newPage();
      page.setDefaultTimeout(8_000);
      await page.goto(url);
      return page;
    };
    const isOpen = (page: Page) => page.getByRole('heading', { name: 'No migration yet' }).waitFor();

    it('is in the printed URL, stays in no address, and opens every tab of that browser, but no other', async () => {
      context = await at.browser.newContext();
      const page = await openTab(urlWith(keys.lasting));
      await isOpen(page);
      expect(page.url()).toBe(`${served.url}/console/`);
      expect(await page.evaluate(() => [document.cookie, history.length])).toEqual(['', 2]);
      await page.reload();
      await isOpen(page);

      const [linked] = await Promise.all([
        context.waitForEvent('page'),
        page.getByRole('link', { name: 'Migrations', exact: true }).click({ modifiers: ['ControlOrMeta'] }),
      ]);
      for (const other of [linked, await openTab(urlWith(keys.lasting)), await openTab(`${served.url}/console/`)])
        await isOpen(other);

      await context.close();
      context = await at.browser.newContext();
      const stranger = await openTab(`${served.url}/console/migrations/m-1`);
      await stranger.getByText(NEEDED).first().waitFor();
      await stranger.goto(urlWith('a-wrong-one'));
      await stranger.getByText(NEEDED).first().waitFor();
      // The form says so before somebody has filled it in.
      await stranger.goto(`${served.url}/console/new`);
      await stranger.getByText(NEEDED).waitFor();
      await stranger.goto(`${served.url}/console/`);
      // In the tab that says so: its page is not loaded again by that.
      await stranger.goto(urlWith(keys.once()));
      await isOpen(stranger);
      await stranger.goto(urlWith('a-wrong-one-of-another-site'));
      await stranger.reload();
      await isOpen(stranger);
    });

    it('goes to no other port of this machine, where cookies go', async () => {
      const got: IncomingMessage[] = [];
      const theirs = createServer((request, response) => {
        got.push(request);
        const script = '<script>if (location.pathname === "/") location = "/console/steal"</script>';
        response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>theirs</title>${script}`);
      }).listen(0, '127.0.0.1');
      await once(theirs, 'listening');
      context = await at.browser.newContext();
      await context.addCookies([{ name: 'control', value: '1', url: `${served.url}/console/`, sameSite: 'Strict' }]);
      const page = await openTab(urlWith(keys.lasting));
      await isOpen(page);

      const link = `http://127.0.0.1:${(theirs.address() as AddressInfo).port}/`;
      await page.evaluate((url) => {
        location.href = url;
      }, link);
      await page.waitForURL(/steal$/);
      const kept = await page.evaluate(() => JSON.stringify([document.referrer, { ...localStorage }, document.cookie]));
      const sent = got.map(({ url, rawHeaders }) => `${url} ${rawHeaders}`).join('\n');
      theirs.close();
      theirs.closeAllConnections();

      expect(sent).toContain('control=1');
      expect(sent + kept).not.toContain(keys.lasting);
      // With all that their server was sent.
      const { host, connection, ...all } = got.at(-1)?.headers ?? {};
      const replayed = await send(served.url, { path: '/console/session', headers: all });
      expect(replayed.text).toContain('console-key-needed');
    });

    it('asks for a name anew when the console acts for somebody else', async () => {
      context = await at.browser.newContext();
      const page = await openTab(urlWith(keys.lasting));
      await page.locator('.who', { hasText: 'as anna' }).waitFor();
      subject = 'berta';
      await page.locator('.who', { hasText: 'as berta' }).waitFor();
    });

    it('of a console that was started anew opens the tabs that stand open: what was typed stays', async () => {
      context = await at.browser.newContext();
      const form = await openTab(urlWith(keys.lasting, '/new'));
      await form.getByLabel('Replication group').fill('typed');
      keys = new AccessKeys();
      await form.getByRole('button', { name: 'Start the dry run' }).click();
      await form.getByText(NEEDED).waitFor();
      await at.shot(form, 'key-needed', 900);
      const list = await openTab(`${served.url}/console/`);
      await list.getByText(NEEDED).first().waitFor();
      await isOpen(await openTab(urlWith(keys.lasting)));
      await isOpen(list);

      served.api.received = [];
      await form.getByRole('button', { name: 'Start the dry run' }).click();
      await expect.poll(() => served.api.received.map(({ method }) => method)).toContain('POST');
      expect(await form.getByLabel('Replication group').inputValue()).toBe('typed');
    });
  });
