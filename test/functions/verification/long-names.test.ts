import { expect, it } from 'vitest';
import { rank } from '../../../functions/verification/long-names.ts';

it('tells the order in which servers go through cursors, in tables of any size', () => {
  // A table of 8 buckets, and one of 4 in between.
  const eight = ['0', '4', '2', '6', '1', '5', '3', '7'].map(rank);
  const four = ['0', '2', '1', '3'].map(rank);

  expect(eight).toEqual(eight.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(four).toEqual([eight[0], eight[2], eight[4], eight[6]]);
  expect(rank('18446744073709551615')).toBe(2n ** 64n - 1n);
});
