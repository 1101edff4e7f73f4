import { describe, expect, it } from 'vitest';
import { addressOf, destination } from '../../local/aliases.ts';

const VPC = {
  'db.example:6379': '10.0.0.5:6379',
  '10.0.0.5:*': '127.0.0.1:*',
  '10.0.0.5:1': '127.0.0.1:17',
  'near.example:6379': '127.0.0.1:5000',
  'fd00::5:*': '127.0.0.1:*',
  'circle.example:*': 'circle.example:*',
};

describe('destination', () => {
  it.each([
    ['an alias of its own', 'near.example:6379', '127.0.0.1:5000'],
    ['every port of an address', '10.0.0.5:7000', '127.0.0.1:7000'],
    ['a port with an alias of its own before all others', '10.0.0.5:1', '127.0.0.1:17'],
    ['a name by way of its address', 'DB.example:6379', '127.0.0.1:6379'],
    ['an IPv6 address', 'fd00::5:7000', '127.0.0.1:7000'],
  ])('follows %s', (_, dialled, leads) => {
    expect(destination(dialled, (name) => VPC[name as keyof typeof VPC])).toBe(leads);
  });

  it('leaves alone what has no alias, and comes back from a circle', () => {
    const find = (name: string) => VPC[name as keyof typeof VPC];

    expect(destination('db.example:6380', find)).toBeUndefined();
    expect(destination('circle.example:1', find)).toBe('circle.example:1');
  });
});

describe('addressOf', () => {
  it.each([
    ['db.example', '10.0.0.5'],
    ['near.example', '127.0.0.1'],
    ['10.0.0.5', '10.0.0.5'],
    ['other.example', undefined],
    ['circle.example', undefined],
  ])('has for %s the address %s', (host, address) => {
    expect(addressOf(host, VPC)).toBe(address);
  });
});
