import { describe, expect, it } from 'vitest';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import type { Harness } from '../harness.ts';
import { madeRecord, putRecords } from '../support/records.ts';
import { TRAP } from '../support/watched-page.ts';

/** Each would set the trap if it became an element, an attribute or an address; the rest would break out of a layout. */
const HOSTILE = [
  `<img src=x onerror="${TRAP}=1">`,
  `<script>${TRAP}=1</script>`,
  `"><svg onload="${TRAP}=1">`,
  `' autofocus onfocus='${TRAP}=1`,
  `javascript:${TRAP}=1`,
  `{{constructor.constructor("${TRAP}=1")()}}`,
  '\u202Eright to left\u2066',
].join(' ');

const LONG = `${HOSTILE} ${'x'.repeat(10_000)}`;
const ID = 'hostile-000000000001';
const AT = '2026-11-23T05:00:00.000Z';

/** Hostile wherever Redis, a client or an operator may have typed something. */
const hostile = (): MigrationRecord =>
  madeRecord(ID, 'hostile', {
    status: 'awaitingCutover',
    phase: 'awaitingCutover',
    statusReason: LONG,
    waitingFor: LONG,
    request: {
      replicationGroupId: 'hostile',
      customerNodeEndpointList: [{ address: HOSTILE, port: 6379 }],
      cutover: { mode: 'manual' },
      reason: LONG,
    },
    requestedBy: { by: 'http', at: AT, principal: HOSTILE, sourceIp: HOSTILE, reason: LONG },
    verification: { mode: 'full', maxKeysPerSecond: 1000, freshForMinutes: 60 },
    verificationReport: {
      verdict: 'different',
      why: LONG,
      mode: 'full',
      startedAt: AT,
      verifiedAt: AT,
      differences: [
        { database: 0, key: HOSTILE, kind: 'value', source: { type: HOSTILE, length: 1 }, note: HOSTILE },
        { database: 0, key: LONG, kind: 'missing' },
      ],
      untold: [LONG],
      notes: [LONG],
    },
    preflight: {
      verdict: 'passed',
      checkedAt: AT,
      checks: 1,
      findings: [
        {
          id: 'target-clients',
          severity: 'warning',
          title: HOSTILE,
          found: LONG,
          required: HOSTILE,
          remedy: [HOSTILE, LONG],
          because: { text: HOSTILE, url: `javascript:${TRAP}=1` },
        },
      ],
      waivers: [],
      figures: { sourceVersion: HOSTILE },
      forecast: { verdict: 'pass', why: HOSTILE, remedy: [HOSTILE] },
    },
    backOuts: [{ at: AT, reason: LONG, request: { requestedAt: AT, reason: HOSTILE } }],
    stragglers: {
      asOf: AT,
      writers: 1,
      readers: 0,
      clients: [
        {
          kind: 'writes',
          address: HOSTILE,
          node: { address: HOSTILE, port: 6379 },
          user: HOSTILE,
          name: LONG,
          command: HOSTILE,
        },
      ],
    },
    failure: { error: HOSTILE, cause: LONG },
  });

export const hostileContent = (at: Harness) =>
  describe('hostile content', () => {
    it.each([
      ['the list', '/?group=hostile'],
      ['the page of a migration', `/migrations/${ID}`],
    ])('is text in %s, and stays inside of its place', async (_, path) => {
      await putRecords(at.lab, [hostile()]);
      for (const width of [375, 1440]) {
        const page = await at.open(path, { width });
        await page.getByText('<img src=x').first().waitFor();
        await page.evaluate(() => {
          for (const details of document.querySelectorAll('details')) details.open = true;
        });
        const made =
          'main script, main iframe, main img, main [onerror], main [onload], main [onfocus], main svg:not(.mark)';
        const elements = await page
          .locator(made)
          .evaluateAll((all) => all.filter((one) => !one.closest('.uplot')).map((one) => one.outerHTML.slice(0, 200)));
        expect(elements).toEqual([]);
        expect(await page.locator('a[href^="javascript:" i]').count()).toBe(0);
        expect(await at.overflow(page)).toBe(0);
        await at.shot(page, `hostile-${path.startsWith('/?') ? 'list' : 'migration'}-${width}`);
      }
    });

    it('is text in the dialog of an act, in its refusal, and in the form that begins with it', async () => {
      await putRecords(at.lab, [hostile()]);
      const page = await at.open(`/migrations/${ID}`);
      await page.getByRole('button', { name: 'Cut over …' }).click();
      const dialog = page.getByRole('dialog');
      expect(await dialog.locator('ol').textContent()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
      await dialog.getByLabel('Go on in spite of').check();
      await dialog.getByLabel("Type the replication group's name").fill('hostile');
      await dialog.getByLabel('Reason', { exact: true }).fill(LONG);
      await dialog.getByRole('button', { name: 'Cut over', exact: true }).click();
      await dialog.getByText('must be a string of at most 1000 characters').waitFor();

      const form = await at.open(`/new?from=${ID}&waive=${encodeURIComponent(HOSTILE)}`);
      await form.locator('li', { hasText: '<img src=x' }).first().waitFor();
      expect(await form.getByLabel('Reason').inputValue()).toBe(LONG);
      // A mark that turns the direction would turn the sentences around it.
      expect(await form.getByRole('region', { name: 'What this' }).textContent()).not.toMatch(
        /[\u202a-\u202e\u2066-\u2069]/,
      );
      expect(await form.getByRole('region', { name: 'What this' }).textContent()).toContain('\\u202eright to left');
      await form.getByRole('button', { name: 'Start the migration' }).click();
      await form.getByText('to be corrected').waitFor();
      expect(await at.overflow(form)).toBe(0);
      await at.shot(form, 'hostile-form');
    });

    it('in an address leads to no page, and to no script', async () => {
      const typed = encodeURIComponent(`<img src=x onerror="${TRAP}=1">`);
      for (const path of [`/migrations/${typed}`, `/?group=${typed}&status=${typed}`, '/migrations/%zz']) {
        const page = await at.open(path);
        await page.locator('h1').waitFor();
      }
    });

    it('would be noticed: the trap tells of a script that runs', async () => {
      const page = await at.open('/new');
      await page.evaluate((trap) => Object.assign(window, { [trap]: 1 }), TRAP);
      await page.evaluate(() =>
        document.body.append(Object.assign(document.createElement('img'), { src: 'http://127.0.0.2:1/x' })),
      );
      await expect
        .poll(() => at.faults())
        .toEqual(expect.arrayContaining(['hostile content ran as script', expect.stringContaining('policy img-src')]));
      await at.closePages();
    });
  });
