import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { json } from '../../client/support/api.ts';
import type { Harness } from '../harness.ts';
import { type ServedConsole, serveAConsole } from '../support/served.ts';

/** What a page of another site can try, in its own words. Each tells what it got. */
const TRIES: Record<string, (target: string) => Promise<string>> = {
  'reads the list': (target) => fetch(`${target}/console/api/migrations`).then((answer) => answer.text()),
  'reads the session': (target) =>
    fetch(`${target}/console/session`, { credentials: 'include' }).then((answer) => answer.text()),
  'acts by what needs no preflight': (target) =>
    fetch(`${target}/console/api/migrations/m-1/abort`, {
      method: 'POST',
      mode: 'no-cors',
      credentials: 'include',
      headers: { 'content-type': 'text/plain' },
      body: '{"reason":"mine"}',
    }).then((answer) => `${answer.type} ${answer.status}`),
  'acts by JSON': (target) =>
    fetch(`${target}/console/api/migrations/m-1/abort`, {
      method: 'POST',
      credentials: 'include',
      headers: { 'content-type': 'application/json', 'x-console-token': 'guess' },
      body: '{"reason":"mine"}',
    }).then((answer) => answer.text()),
  'acts by a form': async (target) => {
    document.body.innerHTML = `<form method="post" enctype="text/plain" target="frame" action="${target}/console/api/migrations/m-1/abort"><input name='{"reason":"' value='mine"}'></form><iframe name="frame"></iframe>`;
    const frame = document.querySelector('iframe') as HTMLIFrameElement;
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
    document.querySelector('form')?.submit();
    await loaded;
    return 'sent';
  },
  'loads the list as a script': (target) =>
    new Promise((resolve) => {
      const script = document.createElement('script');
      script.onload = () => resolve('loaded');
      script.onerror = () => resolve('refused');
      script.src = `${target}/console/api/migrations`;
      document.head.append(script);
    }),
  'opens a socket': (target) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${target.replace('http', 'ws')}/console/api/migrations`);
      socket.onopen = () => resolve('open');
      socket.onerror = () => resolve('refused');
    }),
  'frames the page': async (target) => {
    document.body.innerHTML = `<iframe src="${target}/console/"></iframe>`;
    const frame = document.querySelector('iframe') as HTMLIFrameElement;
    await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
    // The error page of the browser, which is of no origin that can be read.
    return frame.contentDocument ? 'readable' : 'unreadable';
  },
};

/** A real browser decides what a page of another site may send: that is what the guards rely on. */
export const otherSites = (at: Harness) =>
  describe('another site', () => {
    let served: ServedConsole;
    let theirs: Server;
    let page: Page;
    beforeAll(async () => {
      served = await serveAConsole();
      served.api.answer = (_, response) => json(response, 200, { migrations: ['ours'] });
      theirs = createServer((_, response) => {
        response
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<!doctype html><title>theirs</title><body></body>');
      }).listen(0, '127.0.0.1');
      await once(theirs, 'listening');
      page = await (await at.browser.newContext()).newPage();
      // To a browser this name is another site than 127.0.0.1.
      await page.goto(`http://localhost:${(theirs.address() as AddressInfo).port}/`);
    });
    afterEach(() => {
      served.api.received = [];
    });
    afterAll(async () => {
      await page.context().close();
      theirs.close();
      await served.close();
    });

    const attempt = (name: string, target: string): Promise<string> =>
      page.evaluate(TRIES[name] as (target: string) => Promise<string>, target).catch(() => 'refused');

    it.each(Object.keys(TRIES))('%s: in vain', async (name) => {
      const got = await attempt(name, served.url);

      expect(got).not.toMatch(/ours|requestToken|^open$|^loaded$|^readable$/);
      expect(served.api.received).toEqual([]);
    });

    it('gets what it is after from an API without these guards', async () => {
      served.api.answer = (_, response) => {
        response.setHeader('access-control-allow-origin', '*');
        json(response, 200, { migrations: ['ours'] });
      };

      const bare = served.api.url;
      const direct = await page.evaluate(
        (url) => fetch(`${url}/console/api/migrations`).then((one) => one.text()),
        bare,
      );
      await attempt('acts by what needs no preflight', bare);
      await attempt('acts by a form', bare);

      expect(direct).toContain('ours');
      expect(served.api.received.filter(({ method }) => method === 'POST')).toHaveLength(2);
    });

    it('reaches nothing by a name that leads to this machine', async () => {
      const rebound = served.url.replace('127.0.0.1', 'evil.localhost');
      const response = await page.goto(`${rebound}/console/`);

      expect(response?.status()).toBe(403);
      expect(await page.evaluate(() => fetch('/console/session').then((one) => one.text()))).toContain(
        'console-host-refused',
      );
    });
  });
