import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readSecret } from '../../../functions/adapters/source-secret.ts';
import { makeAuthority } from '../support/certificate.ts';

const authority = makeAuthority();
const client = authority.issue({ dns: ['migrator'] });
const GOOD = { endpoints: ['10.0.0.5:6379'], password: 'planted-password' };
const read = (value: unknown) => readSecret(typeof value === 'string' ? value : JSON.stringify(value));

describe('A secret', () => {
  it('is for the servers that it names, by their port', () => {
    const endpoints = [
      '10.0.0.5:6379',
      'Redis.internal:6380',
      '10.0.1.0/24:6379',
      '[fd00::5]:6379',
      '[fd00:1::/64]:7000',
    ];
    const { names = () => false } = read({ ...GOOD, endpoints });
    const named = (address: string, port: number, addresses = [address]) => names({ address, port }, addresses);

    expect(named('10.0.0.5', 6379)).toBe(true);
    expect(named('redis.INTERNAL.', 6380, ['10.9.9.9'])).toBe(true);
    expect(named('10.0.1.77', 6379)).toBe(true);
    expect(named('fd00::5', 6379)).toBe(true);
    expect(named('FD00:0::0005', 6379)).toBe(true);
    expect(named('fd00:1::abcd', 7000)).toBe(true);

    expect(named('10.0.0.5', 6380)).toBe(false);
    expect(named('10.0.0.6', 6379)).toBe(false);
    expect(named('redis.internal', 6379, ['10.9.9.9'])).toBe(false);
    expect(named('10.0.2.1', 6379)).toBe(false);
    expect(named('evil.redis.internal', 6380, ['10.9.9.9'])).toBe(false);
  });

  it('is for a name by its addresses only where all of them are named', () => {
    const { names = () => false } = read(GOOD);
    const named = (addresses: string[]) => names({ address: 'db.example', port: 6379 }, addresses);

    expect(named(['10.0.0.5'])).toBe(true);
    expect(named(['10.0.0.5', '10.0.0.6'])).toBe(false);
    expect(named([])).toBe(false);
  });

  it('is said to a server as AUTH takes it', () => {
    expect(read(GOOD).secret?.login?.command()).toEqual(['AUTH', 'planted-password']);
    expect(read({ ...GOOD, username: 'migrator' }).secret?.login?.command()).toEqual([
      'AUTH',
      'migrator',
      'planted-password',
    ]);
    const { login, tls } =
      read({ endpoints: GOOD.endpoints, tls: { port: 6380, serverName: 'redis.internal' } }).secret ?? {};
    expect([login, tls]).toEqual([undefined, expect.objectContaining({ port: 6380, serverName: 'redis.internal' })]);
  });

  it('takes a CA of several certificates, and a certificate of our own with its key', () => {
    const ca = makeAuthority().cert + authority.cert;

    expect(read({ ...GOOD, tls: { ca, cert: client.cert, key: client.key } }).problems).toEqual([]);
  });

  it('shows nothing of itself, however it is printed', () => {
    const { secret } = read({ ...GOOD, username: 'planted-user', tls: { cert: client.cert, key: client.key } });
    const printed = inspect(secret, { depth: 9, showHidden: true }) + JSON.stringify(secret) + String(secret?.login);

    expect(printed).not.toMatch(/planted|PRIVATE KEY/);
  });

  it.each<[string, unknown, string[]]>([
    ['no JSON', '{"password": planted', ['is no JSON object']],
    ['a list', [GOOD], ['is no JSON object']],
    ['plain text', '"planted-password"', ['is no JSON object']],
    ['no endpoints', { password: 'x' }, ['endpoints is no list of 1 to 100 endpoints']],
    ['no credentials', { endpoints: ['a:1'] }, ['there is neither password nor tls in it']],
    [
      'a user alone',
      { ...GOOD, username: 'planted', password: undefined, tls: {} },
      ['username is there, and password is not'],
    ],
    ['a number', { ...GOOD, password: 12345 }, ['password is no text, or empty']],
    [
      'unknown fields',
      { ...GOOD, 'planted-user': 'planted-2', hosts: [] },
      ['it has 2 fields beside endpoints, username, password, tls'],
    ],
    ['no certificate', { ...GOOD, tls: { ca: 'planted' } }, ['tls/ca has no certificates in PEM']],
    [
      'half a certificate',
      { ...GOOD, tls: { ca: authority.cert.replace(/MII/, 'XXX') } },
      ['tls/ca has no certificates in PEM'],
    ],
    [
      'a key alone',
      { ...GOOD, tls: { key: client.key } },
      ['of tls/cert and tls/key one is there, and the other is not'],
    ],
    [
      "somebody else's key",
      { ...GOOD, tls: { cert: client.cert, key: authority.key } },
      ['tls/key is no private key in PEM without a passphrase, or not that of tls/cert'],
    ],
    ['an address as server name', { ...GOOD, tls: { serverName: '10.0.0.5' } }, ['tls/serverName is no name of DNS']],
    [
      'everything at once',
      { endpoints: ['10.0.0.5'], password: '', tls: { port: 0, ca: 1, verify: false } },
      [
        'endpoints/0 is no host:port or network:port (of /16 at the widest, IPv6 of /44 and in brackets)',
        'password is no text, or empty',
        'tls/port is no port',
        'tls/ca has no certificates in PEM',
        'tls/ has 1 fields beside port, ca, serverName, cert, key',
      ],
    ],
  ])('with %s is told to be wrong, with nothing of it', (_, value, problems) => {
    const told = read(value);

    expect(told.problems).toEqual(problems);
    expect(told.secret).toBeUndefined();
    expect(JSON.stringify(told.problems)).not.toContain('planted');
  });

  it.each([
    '10.0.0.5',
    '10.0.0.5:',
    '10.0.0.5:0',
    '10.0.0.5:65536',
    '10.0.0.0/8:6379',
    '0.0.0.0/0:6379',
    '::1:6379',
    'fd00::5:6379',
    '[10.0.0.5:6379',
    '[redis]:6379',
    'a b:6379',
    'redis://10.0.0.5:6379',
    '*:6379',
    '10.0.0.5/33:6379',
    '[fd00::/16]:6379',
    '',
  ])('does not take %j for an endpoint', (endpoint) => {
    const { names, problems } = read({ ...GOOD, endpoints: ['10.0.0.5:6379', endpoint] });

    expect([names, problems.length]).toEqual([undefined, 1]);
  });
});
