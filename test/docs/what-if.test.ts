import { describe, expect, it } from 'vitest';
import { headingsOf, sectionOf, textOf } from './sources.ts';

const page = textOf('docs/what-if.md');
const fears = headingsOf(page, 2);

/** `Shown by` a file: names of its tests; a file: more. */
const shownBy = (fear: string): { path: string; name: string }[] => {
  const [, line = ''] = /^Shown by (.*)$/m.exec(sectionOf(page, fear)) ?? [];
  return line.split(/(?=`test\/)/).flatMap((part) => {
    const [, path = '', names = ''] = /^`(test\/[\w/.-]+)`: (.*)$/.exec(part) ?? [];
    return names
      .replace(/; (?:and without the fence by )?$/, '')
      .split('; ')
      .map((name) => ({ path, name: name.replace(/[;.]$/, '') }));
  });
};

describe('docs/what-if.md', () => {
  it('has the fears of an operator for headings, each with what to do', () => {
    expect(fears.length).toBeGreaterThan(20);
    expect(fears.filter((fear) => !/^… .*\?$/.test(fear))).toEqual([]);
    expect(fears.filter((fear) => !/^You do: .+/m.test(sectionOf(page, fear)))).toEqual([]);
  });

  it.each(fears)('answers "%s" by tests that there are', (fear) => {
    const shown = shownBy(fear);

    expect(shown).not.toEqual([]);
    for (const { path, name } of shown) {
      expect(name.length).toBeGreaterThan(10);
      expect(textOf(path)).toContain(name);
    }
  });
});
