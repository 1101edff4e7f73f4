import { describe, expect, it } from 'vitest';
import type { CheckId } from '../../../functions/migration/preflight.ts';
import type { Reach } from '../../../functions/preflight/facts.ts';
import { addressKind } from '../../../functions/preflight/private-address.ts';
import { UnreadableFieldError } from '../../../functions/preflight/unreadable.ts';
import { ask, sourceConfig } from '../support/facts.ts';

const STATES: Record<Exclude<Reach['state'], 'open'>, CheckId> = {
  unreachable: 'source-unreachable',
  auth: 'source-auth',
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

  it('is in protected mode by its configuration too', () => {
    expect(ask('source-protected-mode', { sourceConfig: sourceConfig({ 'protected-mode': 'yes' }) })).toEqual({
      found: 'protected-mode is `yes`.',
      remedy: ['redis-cli -h 127.0.0.1 -p 6379 CONFIG SET protected-mode no'],
    });
  });

  it('by a port of TLS is told another port in clear, below the last one', () => {
    const sourceReach: Reach = { state: 'tls', detail: 'it speaks TLS' };
    const at = (port: number) => ask('source-tls', { sourceReach }, { source: { address: '10.0.0.5', port } })?.remedy;

    expect(at(6379)).toEqual(['redis-cli -h 10.0.0.5 -p 6379 --tls --insecure CONFIG SET port 6380']);
    expect(at(65_535)).toEqual(['redis-cli -h 10.0.0.5 -p 65535 --tls --insecure CONFIG SET port 65534']);
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

  it('has to be private, every one of them', () => {
    expect(addresses('10.0.0.5', 'fd00::5')).toBeUndefined();
    expect(addresses('10.0.0.5', '3.4.5.6', '127.0.0.1')).toEqual({
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
});
