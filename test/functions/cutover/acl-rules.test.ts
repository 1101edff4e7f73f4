import { describe, expect, it } from 'vitest';
import { mayTheSame, undoing } from '../../../functions/cutover/fence/acl-rules.ts';
import { parseUser } from '../../../functions/preflight/acl-user.ts';

const same = (one: string, other: string) => mayTheSame(parseUser(`app ${one}`), parseUser(`app ${other}`));

describe('the rules of a user', () => {
  it.each([
    ['-@all +get +set +del', '-@all +set +del +get'],
    ['-@all +@read -keys +get +config|set', '-@all +@read +config|set +get -keys'],
    ['-@all +config -config|set -get', '-@all -get +config -config|set'],
    ['+@all (~a* -@all +set +del)', '+@all (~a* -@all +del +set)'],
  ])('are the same: %s, and %s', (one, other) => {
    expect(same(one, other)).toBe(true);
  });

  it.each([
    // A fence that was set once more: the last word counts.
    ['+@all -@write +set', '+@all +set -@write'],
    ['-@all +@read +@write', '-@all +@write +@read'],
    ['-@all +get -@read', '-@all -@read +get'],
    ['-@all +config -config|set', '-@all -config|set +config'],
    ['-@all +get', '-@all -get'],
    ['+@all (~a* -@all +set)', '+@all (~b* -@all +set)'],
    ['+@all (~a* -@all +set)', '+@all'],
  ])('are not the same: %s, and %s', (one, other) => {
    expect(same(one, other)).toBe(false);
  });

  it('are given back without a selector that is there in other words', () => {
    const before = parseUser('app -@all +get (~a* -@all +set +del) (~b* +@all)');
    const now = parseUser('app -@all (~a* -@all +del +set)');

    expect(undoing(before, now)).toEqual(['-@all', '+get', '(~b* +@all)']);
  });
});
