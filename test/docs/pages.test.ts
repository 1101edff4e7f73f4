import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorPages } from './error-pages.ts';
import { eventPages } from './event-pages.ts';
import { textOf } from './sources.ts';

const ROOT = new URL('../../', import.meta.url);

describe.each([
  ['docs/events', eventPages()],
  ['docs/errors', errorPages()],
])('%s', (folder, pages) => {
  if (process.env.WRITE_DOCS) {
    mkdirSync(new URL(folder, ROOT), { recursive: true });
    for (const [path, text] of pages) writeFileSync(new URL(path, ROOT), text);
  }

  it('has a page for each heading, and no other', () => {
    expect(readdirSync(new URL(folder, ROOT)).sort()).toEqual(
      [...pages.keys()].map((path) => path.slice(folder.length + 1)).sort(),
    );
  });

  it.each([...pages])('%s is what its sources say (WRITE_DOCS=1 writes it anew)', (path, text) => {
    expect(textOf(path)).toBe(text);
  });
});
