import { readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES, textOf } from './sources.ts';

const ROOT = new URL('../../', import.meta.url);
const isThere = (path: string): boolean => {
  try {
    return readdirSync(new URL(posix.dirname(path), ROOT)).includes(posix.basename(path));
  } catch {
    return false;
  }
};

/** As GitHub makes them of headings. */
const anchorsOf = (markdown: string): Set<string> =>
  new Set(
    [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

const brokenIn = (file: string): string[] => {
  const prose = textOf(file).replaceAll(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : posix.normalize(posix.join(posix.dirname(file), path)).replace(/\/$/, '');
    if (!isThere(target)) return [link];
    return anchor && target.endsWith('.md') && !anchorsOf(textOf(target)).has(anchor) ? [link] : [];
  });
};

describe('the links of', () => {
  it.each(PAGES)('%s lead to pages and headings that there are', (file) => {
    expect(brokenIn(file)).toEqual([]);
  });
});
