import { describe, expect, it } from 'vitest';
import { type CheckId, PREFLIGHT_CHECKS } from '../../../functions/migration/preflight.ts';
import { CATALOGUE } from '../../../functions/preflight/catalogue.ts';
import { OUT_OF_REACH, UNREAD } from '../../../functions/preflight/unread.ts';
import { ask, cleanValues } from '../support/facts.ts';

const ids = Object.keys(PREFLIGHT_CHECKS) as CheckId[];
const sentence = /^[A-Z\u0060].*[.]$/s;

describe('the catalogue', () => {
  it('has a rule for every id but those of unread facts, in the order of the vocabulary', () => {
    expect(CATALOGUE.map(({ id }) => id)).toEqual(ids.filter((id) => !id.startsWith('unread-')));
  });

  it('has an id for every fact that cannot be read', () => {
    const named = [...Object.values(UNREAD), OUT_OF_REACH].map(({ id }) => id);

    expect(Object.keys(UNREAD).sort()).toEqual(Object.keys(cleanValues()).sort());
    expect(ids.filter((id) => id.startsWith('unread-') && !named.includes(id))).toEqual([]);
  });

  it.each(CATALOGUE)(
    '$id says what is wrong, what is right, and who says so',
    ({ title, required, because, needs }) => {
      expect(title).toMatch(sentence);
      expect(required).toMatch(sentence);
      expect(because.text).not.toBe('');
      if (because.url !== undefined) expect(new URL(because.url).protocol).toBe('https:');
      else expect(because.text).toMatch(/^Measured: |^What |^This /);
      expect(needs.length).toBeGreaterThan(0);
    },
  );

  it.each(CATALOGUE)('$id has no word against a clean pair', ({ id }) => {
    expect(ask(id)).toBeUndefined();
  });

  it('asks for a waiver only of what blocks', () => {
    const kinds = Object.values(PREFLIGHT_CHECKS);

    expect(kinds.filter(({ severity, waivable }) => (severity === 'blocking') === (waivable === 'needless'))).toEqual(
      [],
    );
  });
});
