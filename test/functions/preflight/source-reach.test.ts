import { describe, expect, it } from 'vitest';
import type { CheckId } from '../../../functions/migration/preflight.ts';
import type { FactValues, Reach } from '../../../functions/preflight/facts.ts';
import { addressKind } from '../../../functions/preflight/private-address.ts';
import { UnreadableFieldError } from '../../../functions/preflight/unreadable.ts';
import { ask, aTargetGroup, sourceConfig, sourceInfo } from '../support/facts.ts';

const STATES: Record<Exclude<Reach['state'], 'open'>, CheckId> = {
  forbidden: 'source-network-not-allowed',
  unreachable: 'source-unreachable',
  auth: 'source-auth',
  noReplication: 'source-default-user',
  tls: 'source-tls',
  loading: 'source-loading',
  protected: 'source-protected-mode',
};

describe('how the source can be reached', () => {
  it.each(Object.entries(STATES))('%s is found by %s alone, with what was seen', (state, id) => {
    const sourceReach = { state: state as Reach['state'], detail: 'connect ECONNREFUSED 10.0.0.5:6379' };
    const found = Object.values(STATES).filter((other) => ask(other, { sourceReach }) !== undefined);

    expect(found).toEqual([id]);
    expect(ask(id, { sourceReach })?.found).toBe('Connect ECONNREFUSED 10.0.0.5:6379.');
  });

  it('is told with every problem of the secrets at once, and what to do about each', () => {
    const problems = ['one', 'another'].map((name) => ({
      text: `The secret ${name} is wrong`,
      remedy: [`put ${name}`],
    }));

    expect(ask('source-credentials', { sourceLogin: problems })).toEqual({
      found: 'The secret one is wrong. The secret another is wrong.',
      remedy: ['put one', 'put another'],
    });
    expect(ask('source-credentials', { sourceLogin: [] })).toBeUndefined();
  });

  it('is in protected mode by its configuration too', () => {
    expect(ask('source-protected-mode', { sourceConfig: sourceConfig({ 'protected-mode': 'yes' }) })).toEqual({
      found: 'protected-mode is `yes`.',
      remedy: ['redis-cli -h 127.0.0.1 -p 6379 CONFIG SET protected-mode no'],
    });
  });

  it('by a port of TLS is told another port in clear, below the last one', () => {
    const sourceReach: Reach = { state: 'tls', detail: 'it speaks TLS' };
    const at = (port: number, redis_version: string | undefined = '7.0.15') =>
      ask(
        'source-tls',
        { sourceReach, sourceInfo: sourceInfo({ redis_version }) },
        { source: { address: '10.0.0.5', port } },
      )?.remedy;

    expect(at(6379)).toEqual(['redis-cli -h 10.0.0.5 -p 6379 --tls --insecure CONFIG SET port 6380']);
    expect(at(65_535)).toEqual(['redis-cli -h 10.0.0.5 -p 65535 --tls --insecure CONFIG SET port 65534']);
    expect(at(6379, '6.0.20')).toEqual([
      '# The source (6.0.20) takes no CONFIG SET port: put the next line into its redis.conf, and restart it.',
      'port 6380',
    ]);
  });

  it('by a port of TLS tells both ways where the version is not known', () => {
    const facts = {
      sourceReach: { state: 'tls', detail: 'it speaks TLS' } as const,
      sourceInfo: undefined as unknown as FactValues['sourceInfo'],
    };

    expect(ask('source-tls', facts)?.remedy).toEqual([
      'redis-cli -h 10.0.0.5 -p 6379 --tls --insecure CONFIG SET port 6380',
      '# A source before 6.2 refuses that: put `port 6380` into its redis.conf, and restart it.',
    ]);
  });
});

describe('what the source binds to', () => {
  const bind = (value: string | undefined) => ask('source-bind', { sourceConfig: sourceConfig({ bind: value }) });

  it.each([
    '127.0.0.1',
    '127.0.0.1 ::1',
    '127.0.0.1 -::1',
    '-127.0.0.53',
    'localhost',
    ' 127.0.0.1  ',
    '0:0:0:0:0:0:0:1',
  ])('loopback alone is found: %s', (value) => {
    expect(bind(value)?.remedy[0]).toMatch(/CONFIG SET bind "\S.* 10\.0\.0\.5"$/);
  });

  it.each(['2.8.24', '5.0.6', '6.0.20'])(
    'is changed in redis.conf by a %s, which takes no CONFIG SET of it',
    (version) => {
      const facts = {
        sourceConfig: sourceConfig({ bind: '127.0.0.1 ::1' }),
        sourceInfo: sourceInfo({ redis_version: version }),
      };

      expect(ask('source-bind', facts)?.remedy).toEqual([
        `# The source (${version}) takes no CONFIG SET bind: put the next line into its redis.conf, and restart it.`,
        'bind 127.0.0.1 ::1 10.0.0.5',
      ]);
    },
  );

  it.each(['', undefined, '*', '* -::*', '-::*', '0.0.0.0', '::', '127.0.0.1 10.0.0.5', '127.0.0.1 -10.0.0.5', 'eth0'])(
    'anything else is fine: %s',
    (value) => {
      expect(bind(value)).toBeUndefined();
    },
  );
});

describe('the address of the source', () => {
  it.each([
    ['10.0.0.0', 'private'],
    ['10.255.255.255', 'private'],
    ['11.0.0.0', 'public'],
    ['9.255.255.255', 'public'],
    ['172.15.255.255', 'public'],
    ['172.16.0.0', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.0', 'public'],
    ['192.167.255.255', 'public'],
    ['192.168.0.1', 'private'],
    ['192.169.0.0', 'public'],
    ['100.63.255.255', 'public'],
    ['100.64.0.0', 'private'],
    ['100.127.255.255', 'private'],
    ['100.128.0.0', 'public'],
    ['198.18.255.255', 'public'],
    ['198.19.0.1', 'private'],
    ['198.20.0.0', 'public'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.255', 'loopback'],
    ['0.0.0.0', 'loopback'],
    ['169.254.169.254', 'linkLocal'],
    ['169.253.0.1', 'public'],
    ['::1', 'loopback'],
    ['::', 'loopback'],
    ['fc00::1', 'private'],
    ['fdff:ffff::1', 'private'],
    ['FD00::1', 'private'],
    ['fe00::1', 'public'],
    ['fe80::1%eth0', 'linkLocal'],
    ['febf::1', 'linkLocal'],
    ['fec0::1', 'public'],
    ['2600:1f14::1', 'public'],
    ['::ffff:10.0.0.1', 'private'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:8.8.8.8', 'public'],
    ['256.0.0.1', undefined],
    ['10.0.0', undefined],
    ['db.example', undefined],
    ['', undefined],
    ['::1%$(reboot)', undefined],
  ])('%s is %s', (address, kind) => {
    expect(addressKind(address)).toBe(kind);
  });

  const addresses = (...sourceAddresses: string[]) => ask('source-address-not-private', { sourceAddresses });

  it('has to be private, one of them at least: IPv6 of a VPC is never', () => {
    expect(addresses('10.0.0.5', 'fd00::5')).toBeUndefined();
    expect(addresses('10.0.0.5', '2600:1f14::5')).toBeUndefined();
    expect(addresses('2600:1f14::5', '10.0.0.5')).toBeUndefined();
    expect(addresses('fd00::5')).toBeUndefined();
    expect(addresses('2600:1f14::5')?.found).toBe('2600:1f14::5 is public.');
    expect(addresses('3.4.5.6', '127.0.0.1')).toEqual({
      found: '3.4.5.6 is public and 127.0.0.1 is the loopback address.',
      remedy: [
        "aws ec2 describe-instances --filters Name=ip-address,Values=3.4.5.6 --query 'Reservations[].Instances[].PrivateIpAddress' --output text",
      ],
    });
  });

  it('that is none at all cannot be judged', () => {
    expect(() => addresses('not an address')).toThrow(UnreadableFieldError);
  });

  it('has to be one', () => {
    const ambiguous = (...sourceAddresses: string[]) =>
      ask('source-address-ambiguous', { sourceAddresses }, { source: { address: 'db.example', port: 6379 } });

    expect(ambiguous('10.0.0.5')).toBeUndefined();
    expect(ambiguous('10.0.0.5', '10.0.0.5')).toBeUndefined();
    expect(ambiguous('10.0.0.5', '10.0.0.6')).toEqual({
      found: 'db.example is 10.0.0.5 and 10.0.0.6.',
      remedy: ['"customerNodeEndpointList": [{"address":"10.0.0.5","port":6379}]'],
    });
  });

  it.each<[string | undefined, string[], string | undefined]>([
    [undefined, ['10.0.0.5', '2600::5'], undefined],
    ['ipv4', ['2600::5', '10.0.0.5', '2600::6'], undefined],
    ['ipv4', ['2600::5', '10.0.0.5', '10.0.0.6'], 'db.example is 10.0.0.5 and 10.0.0.6.'],
    ['ipv4', ['2600::5', '2600::6'], 'db.example is 2600::5 and 2600::6.'],
    ['ipv6', ['2600::5', '10.0.0.5', '10.0.0.6'], undefined],
    ['ipv6', ['2600::5', '10.0.0.5', '2600::6'], 'db.example is 2600::5 and 2600::6.'],
    ['dual_stack', ['2600::5', '10.0.0.5'], undefined],
    ['dual_stack', ['2600::5', '10.0.0.5', '2600::6'], 'db.example is 2600::5 and 2600::6.'],
  ])('has to be one of the kind that a group of network type %s uses: %j', (networkType, sourceAddresses, found) => {
    const group = aTargetGroup(networkType === undefined ? {} : { networkType });
    const source = { address: 'db.example', port: 6379 };

    expect(ask('source-address-ambiguous', { sourceAddresses, group }, { source })?.found).toBe(found);
  });
});
