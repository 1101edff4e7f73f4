import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { buildConsole } from '../../console/build.ts';

const UI = fileURLToPath(new URL('../../console/ui/', import.meta.url));
const FIRST_LOAD_BYTES = 150 * 1024;

describe('what the page is made of', () => {
  it('comes in less than 150 KB gzipped, all of its parts together', async () => {
    const { page, files } = await buildConsole();
    const sizes = [page, ...files.values()].map(({ gzip, plain }) => (gzip ?? plain).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(FIRST_LOAD_BYTES);
  });

  it('names no other host, and has neither script nor style inside of its HTML', async () => {
    const { page } = await buildConsole();
    const html = page.plain.toString();
    expect(html).not.toMatch(/https?:|<style|style=|<script(?![^>]* src=")/);
  });

  /** Plain lists and words, without a library behind them. */
  const PURE = [
    'acts',
    'bytes-text',
    'fence',
    'preflight',
    'replication-group-id',
    'status',
    'thin',
    'verification',
    'waivers',
  ];

  it('takes no code of functions/ but plain lists, and makes no element from text', () => {
    const texts = globSync('**/*.{ts,tsx}', { cwd: UI }).map((path) => readFileSync(join(UI, path), 'utf8'));
    expect(texts.length).toBeGreaterThan(30);
    const taken = texts.flatMap((text) =>
      [...text.matchAll(/^(?:import|export) (?!type )[^;]*? from '[./]*functions\/([\w/-]+)\.ts'/gm)].map(
        (found) => found[1],
      ),
    );
    expect(taken.length).toBeGreaterThan(5);
    expect([...new Set(taken)].filter((path) => !PURE.includes(path?.replace('migration/', '') ?? ''))).toEqual([]);
    for (const text of texts)
      expect(text).not.toMatch(/dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML|srcdoc/);
  });
});
