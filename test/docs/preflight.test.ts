import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type CheckId, PREFLIGHT_CHECKS } from '../../functions/migration/preflight.ts';
import { preflightPage } from './preflight-page.ts';
import { headingsOf, textOf } from './sources.ts';

const PATH = 'docs/preflight.md';

describe(PATH, () => {
  it('is what the catalogue says (WRITE_DOCS=1 writes it anew)', () => {
    if (process.env.WRITE_DOCS) writeFileSync(new URL(`../../${PATH}`, import.meta.url), preflightPage());

    expect(textOf(PATH)).toBe(preflightPage());
  });

  it('has every id of the vocabulary, and a heading for each check', () => {
    const ids = Object.keys(PREFLIGHT_CHECKS) as CheckId[];

    expect(ids.filter((id) => !textOf(PATH).includes(`\`${id}\``))).toEqual([]);
    expect(headingsOf(textOf(PATH), 3)).toEqual(ids.filter((id) => !id.startsWith('unread-')));
  });

  it('links only to headings that it has', () => {
    const anchors = [...headingsOf(textOf(PATH), 2), ...headingsOf(textOf(PATH), 3)].map((heading) =>
      heading.toLowerCase().replaceAll(' ', '-'),
    );
    const links = [...textOf(PATH).matchAll(/\]\(#([\w-]+)\)/g)].map(([, link]) => link);

    expect(links.filter((link = '') => !anchors.includes(link))).toEqual([]);
  });
});
