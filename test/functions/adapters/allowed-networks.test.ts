import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AllowedNetworks, ANY_NETWORK, theAllowedNetworks } from '../../../functions/adapters/allowed-networks.ts';
import { Dialler } from '../../../functions/adapters/dial.ts';
import { template } from '../../template/support.ts';
import { hearLines } from '../support/figures.ts';

const DEFAULT = new AllowedNetworks(String(template.Parameters.AllowedNetworks?.Default).split(','));
const EVERYTHING = new AllowedNetworks(['0.0.0.0/0', '::/0']);

/** Addresses that lead to this machine, the link, the metadata service or nobody, however they are written. */
const SPECIAL = [
  ...['0.0.0.0', '0.1.2.3', '127.0.0.1', '127.255.255.254', '169.254.169.254', '169.254.170.2', '169.254.0.1'],
  ...['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', '0:0:0:0:0:0:0:1', '::127.0.0.1', '::7f00:1', 'fe80::1', 'febf::1', 'fec0::1', 'ff02::1'],
  ...['fd00:ec2::254', 'fd00:0ec2:0:0:0:0:0:254', 'FD00:EC2::23', '64:ff9b::7f00:1', '64:ff9b:1::a9fe:a9fe'],
  ...['2002:7f00:1::', '2001::1', '::ffff:0:127.0.0.1', '::ffff:0:a9fe:a9fe', '100::1', '5f00::1'],
  ...['::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:FFFF:7F00:0001', '::ffff:169.254.169.254', '::ffff:0:0'],
  ...['fd00::1%eth0', 'fe80::1%1'],
];

describe('the networks of a deployment, by default', () => {
  it.each([
    ...['10.0.0.0', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.255.255', '100.64.0.1'],
    ...['100.127.255.255', '198.19.0.1', 'fc00::1', 'fd12:3456::1', 'FDFF::1', '::ffff:10.0.0.5', '::ffff:a00:5'],
  ])('have %s', (address) => {
    expect(DEFAULT.refusal(address)).toBeUndefined();
  });

  it.each([
    ...['8.8.8.8', '9.255.255.255', '11.0.0.0', '172.15.255.255', '172.32.0.0', '192.169.0.0', '100.63.255.255'],
    ...['100.128.0.0', '198.18.0.1', '2600:1f14::5', 'fbff::1', '::ffff:8.8.8.8'],
    ...SPECIAL,
  ])('do not have %s', (address) => {
    expect(DEFAULT.refusal(address)).toMatch(/^(is|has) /);
  });
});

describe('networks that are allowed', () => {
  it.each(SPECIAL)('are not those around %s, however wide', (address) => {
    expect(EVERYTHING.refusal(address)).toMatch(/^(is|has) /);
  });

  it('are everything else where everything is allowed', () => {
    for (const address of ['8.8.8.8', '10.0.0.5', '2600:1f14::5', 'fd12::1', '::ffff:8.8.8.8'])
      expect([address, EVERYTHING.refusal(address)]).toEqual([address, undefined]);
  });

  it('may be inside of a special one, and are that much of it', () => {
    const here = new AllowedNetworks(['127.0.0.0/8', '::1/128', '169.254.10.0/24', 'fd00:ec2::254']);

    for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '::1', '169.254.10.7', 'fd00:ec2::254'])
      expect([address, here.refusal(address)]).toEqual([address, undefined]);
    for (const address of ['::', '0.0.0.0', '169.254.169.254', 'fd00:ec2::23', '10.0.0.5'])
      expect([address, here.refusal(address)]).not.toEqual([address, undefined]);
  });

  it('of IPv6 are none of IPv4', () => {
    expect(new AllowedNetworks(['::/0']).refusal('10.0.0.5')).toBe('is outside of the allowed networks (::/0)');
  });

  it('are anything for a command that a person calls', () => {
    for (const address of ['127.0.0.1', '8.8.8.8', '::1', '::ffff:127.0.0.1', 'fe80::1'])
      expect([address, ANY_NETWORK.refusal(address)]).toEqual([address, undefined]);
  });

  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0/8',
    'fc00::/129',
    '10.0.0.0/8/8',
    '::ffff:10.0.0.0/104',
    'db.example',
    'fe80::%1/10',
  ])('are written as networks: %j is none', (text) => {
    expect(() => new AllowedNetworks(['10.0.0.0/8', text])).toThrow(RangeError);
  });

  it('are told, up to a dozen', () => {
    const many = Array.from({ length: 200 }, (_, index) => `10.0.${index}.0/24`);

    expect(new AllowedNetworks(many).refusal('8.8.8.8')?.length).toBeLessThan(300);
  });
});

describe('what is no address', () => {
  it.each([
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '0',
    '010.0.0.5',
    '10.0.0.5.',
    '10.0.0.256',
    'a.0x7f',
    '1.2.3.4.5',
  ])('and ends like one is not looked up, since resolvers do not agree about it: %s', (name) => {
    expect(EVERYTHING.refusalOf(name)).toBe('is neither a name nor an IP address in its usual form');
  });

  it.each([
    'db.example',
    'localhost',
    'test.g2xbih.ng.0001.usw2.cache.amazonaws.com',
    'a',
    '_redis.tcp',
    'db1.',
    'x'.repeat(253),
  ])('may be a name, which is judged by what it leads to: %s', (name) => {
    expect(DEFAULT.refusalOf(name)).toBeUndefined();
  });

  it.each([
    '',
    'a b',
    'db.example\r\nSET x',
    'a\u0000b',
    '[::1]',
    '/var/run/redis.sock',
    '-h',
    'x'.repeat(254),
    'ｅxample',
  ])('may be nothing at all: %j', (name) => {
    expect(DEFAULT.refusalOf(name)).toBe('is neither a name nor an IP address');
  });
});

describe('the networks of the environment', () => {
  const heard = hearLines();

  it('are read from a list, and nothing works without one', () => {
    const before = process.env.ALLOWED_NETWORKS;
    try {
      process.env.ALLOWED_NETWORKS = '10.0.0.0/8, fc00::/7';
      expect(String(theAllowedNetworks())).toBe('10.0.0.0/8, fc00::/7');
      process.env.ALLOWED_NETWORKS = '10.0.0.0/99';
      expect(theAllowedNetworks).toThrow('ALLOWED_NETWORKS cannot be read: 10.0.0.0/99');
      process.env.ALLOWED_NETWORKS = '';
      expect(theAllowedNetworks).toThrow('ALLOWED_NETWORKS is missing');
    } finally {
      process.env.ALLOWED_NETWORKS = before;
    }
  });

  it('are none where the stack reaches no server: whatever is to be dialled there is refused, and told', async () => {
    const before = process.env.REACH;
    try {
      process.env.REACH = 'api-only';
      const nowhere = new Dialler();
      for (const address of ['10.0.0.5', 'db.example', '::1']) {
        await expect(nowhere.way({ address, port: 6379 })).rejects.toThrow('API-only mode');
      }
      expect(heard.lines()).toMatchObject(
        ['10.0.0.5', 'db.example', '::1'].map((address) => ({
          level: 'ERROR',
          message: 'a server was to be dialled in API-only mode',
          address,
        })),
      );
      process.env.REACH = 'somewhere';
      expect(() => new Dialler()).toThrow('REACH cannot be read: somewhere');
    } finally {
      process.env.REACH = before;
    }
    await expect(new Dialler().way({ address: '10.0.0.5', port: 6379 })).resolves.toMatchObject({ host: '10.0.0.5' });
  });
});

describe("the parameter's own pattern", () => {
  const whole = new RegExp(`^(?:${template.Parameters.AllowedNetworks?.AllowedPattern})$`);
  const isNetwork = (text: string): boolean => {
    try {
      new AllowedNetworks([text]);
      return true;
    } catch {
      return false;
    }
  };
  const good = [
    ...['10.0.0.0/8', '10.20.30.40', '0.0.0.0/0', '255.255.255.255/32', '127.0.0.0/8', '198.19.0.0/16'],
    ...[
      '::/0',
      '::1/128',
      '::',
      'fc00::/7',
      'fd12:3456:789a::/48',
      'fd00:ec2::/32',
      '2600:1f14:0:0:0:0:0:5',
      'FE80::1/64',
    ],
    ...['1:2:3:4:5:6:7::', '::2:3:4:5:6:7:8', '64:ff9b::/96', '2002::/16'],
  ];
  const bad = [
    ...[
      '10.0.0.0/33',
      '999.1.1.1/8',
      '1.2.3',
      'abc',
      '...',
      '::::',
      '::/129',
      '::ffff:10.0.0.0/104',
      '::ffff:a00:0/104',
    ],
    ...[
      '10.0.0.0/',
      '010.0.0.0/8',
      '10.0.0.0/8/8',
      '1:2:3',
      '1::2::3',
      '12345::',
      '0:0:0:0:0:ffff:a00:0',
      '',
      ':',
      '/8',
    ],
  ];

  it.each(good)('takes %s, as the functions do', (text) => {
    expect([whole.test(text), isNetwork(text)]).toEqual([true, true]);
  });

  it.each(bad)('refuses %j, before anything is deployed', (text) => {
    expect([whole.test(text), isNetwork(text)]).toEqual([false, false]);
  });

  it('takes nothing that a function would die of', () => {
    const edit = fc.tuple(fc.nat(40), fc.nat(2), fc.constantFrom(...'0123459afF:./'));
    const near = fc
      .tuple(fc.constantFrom(...good, ...bad), fc.array(edit, { minLength: 1, maxLength: 4 }))
      .map(([text, edits]) =>
        edits.reduce(
          (one, [at, gone, put]) =>
            one.slice(0, at % (one.length + 1)) + put + one.slice((at % (one.length + 1)) + gone),
          text,
        ),
      );

    fc.assert(
      fc.property(near, (text) => !whole.test(text) || isNetwork(text)),
      { numRuns: 5000, seed: 4711 },
    );
  });
});
