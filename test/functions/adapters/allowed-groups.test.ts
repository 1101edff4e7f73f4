import { afterEach, describe, expect, it } from 'vitest';
import { AllowedGroups, theAllowedGroups } from '../../../functions/adapters/allowed-groups.ts';

const before = process.env.REPLICATION_GROUP_IDS;
afterEach(() => {
  process.env.REPLICATION_GROUP_IDS = before;
});

describe('the replication groups of a deployment', () => {
  it.each([
    ['orders', ['orders'], ['orders-1', 'order', 'x-orders', '']],
    ['orders-*', ['orders-', 'orders-1'], ['orders', 'my-orders-1']],
    ['orders,cache-*', ['orders', 'cache-eu'], ['orders-1', 'cache']],
    ['*', ['orders', 'a'], []],
  ])('%s are these and no others', (text, inside, outside) => {
    process.env.REPLICATION_GROUP_IDS = text;
    const groups = theAllowedGroups();

    expect([...inside, ...outside].filter((id) => groups.has(id))).toEqual(inside);
  });

  it.each(['Orders', '1orders', 'or*ders', '**', 'orders?', 'a b', '-'])('are not written so: %j', (text) => {
    expect(() => new AllowedGroups(['orders', text])).toThrow(RangeError);
    process.env.REPLICATION_GROUP_IDS = `orders,${text}`;
    expect(theAllowedGroups).toThrow('REPLICATION_GROUP_IDS cannot be read');
  });
});
