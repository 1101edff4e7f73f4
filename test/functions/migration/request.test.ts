import { describe, expect, it } from 'vitest';
import { type CheckId, PREFLIGHT_CHECKS } from '../../../functions/migration/preflight.ts';
import { parseMigrationRequest } from '../../../functions/migration/request.ts';
import { InvalidRequestError } from '../../../functions/migration/request-errors.ts';
import { aRequest } from '../support/records.ts';

/** What is refused, by its place. */
const violationsOf = (body: unknown): Record<string, string> => {
  try {
    parseMigrationRequest(body);
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    return Object.fromEntries(error.violations.map(({ pointer, detail }) => [pointer ?? '?', detail]));
  }
  return {};
};

const withEndpoint = (endpoint: unknown) => aRequest({ customerNodeEndpointList: [endpoint] });

describe('parseMigrationRequest', () => {
  it('reads the shortest request, with a manual cutover', () => {
    expect(parseMigrationRequest(aRequest())).toEqual({
      replicationGroupId: 'test',
      customerNodeEndpointList: [{ address: '10.0.0.5', port: 6379 }],
      cutover: { mode: 'manual' },
    });
  });

  it('reads everything that is built', () => {
    const request = aRequest({
      cutover: { mode: 'automatic', fence: 'none' },
      dryRun: true,
      waivers: ['target-holds-data'],
      reason: 'we move',
    });

    expect(parseMigrationRequest(request)).toEqual(request);
  });

  it('gives ids in lower case, as AWS stores them', () => {
    expect(parseMigrationRequest(aRequest({ replicationGroupId: 'Orders-Prod' })).replicationGroupId).toBe(
      'orders-prod',
    );
  });

  it('reports every violation at once, each with its pointer', () => {
    const body = {
      replicationGroupId: 'a--b',
      customerNodeEndpointList: [{ address: '-x', port: 0 }, { port: '6379' }],
      cutover: { mode: 'x' },
      reason: 7,
      'we/ird~': 1,
    };

    expect(Object.keys(violationsOf(body)).sort()).toEqual([
      '/customerNodeEndpointList',
      '/customerNodeEndpointList/0/address',
      '/customerNodeEndpointList/0/port',
      '/customerNodeEndpointList/1/address',
      '/customerNodeEndpointList/1/port',
      '/cutover/mode',
      '/reason',
      '/replicationGroupId',
      '/we~1ird~0',
    ]);
  });

  it.each([
    ['the body', null, ''],
    ['the body', [], ''],
    ['the body', 'text', ''],
    ['the body', 7, ''],
    ['the endpoint list', aRequest({ customerNodeEndpointList: {} }), '/customerNodeEndpointList'],
    ['an endpoint', withEndpoint('10.0.0.5:6379'), '/customerNodeEndpointList/0'],
    ['the cutover', aRequest({ cutover: 'manual' }), '/cutover'],
    ['the cutover', aRequest({ cutover: null }), '/cutover'],
  ])('refuses a wrong shape of %s (%j)', (_, body, pointer) => {
    expect(Object.keys(violationsOf(body))).toContain(pointer);
  });

  it('names what is missing', () => {
    expect(violationsOf({})).toEqual({
      '/replicationGroupId': expect.stringMatching(/^is missing/),
      '/customerNodeEndpointList': expect.stringMatching(/^is missing/),
    });
  });

  it.each(['a', 'A', 'test', 'a1', 'a-b', 'a-1-b', 'z'.repeat(40), `a${'-b'.repeat(19)}c`])(
    'takes the id %s',
    (replicationGroupId) => {
      expect(violationsOf(aRequest({ replicationGroupId }))).toEqual({});
    },
  );

  it.each(['', '1a', '-a', 'a-', 'a--b', 'a_b', 'a.b', 'a b', 'ä', 'test\n', ' test', 'z'.repeat(41), 7, null, ['a']])(
    'refuses the id %j',
    (replicationGroupId) => {
      expect(Object.keys(violationsOf(aRequest({ replicationGroupId })))).toEqual(['/replicationGroupId']);
    },
  );

  it.each([1, 6379, 65_535])('takes the port %i', (port) => {
    expect(violationsOf(withEndpoint({ address: '10.0.0.5', port }))).toEqual({});
  });

  it.each([0, -1, 65_536, 6379.5, '6379', null, Number.NaN, 1e300, true])('refuses the port %s', (port) => {
    expect(Object.keys(violationsOf(withEndpoint({ address: '10.0.0.5', port })))).toEqual([
      '/customerNodeEndpointList/0/port',
    ]);
  });

  it.each(['10.0.0.5', 'fe80::1', 'redis', 'redis-1.internal.example', 'a'.repeat(255)])(
    'takes the address %s',
    (address) => {
      expect(violationsOf(withEndpoint({ address, port: 1 }))).toEqual({});
    },
  );

  it.each(['', ' ', '10.0.0.5 ', 'redis://x', 'a/b', '-a', 'a\n', 'a\0b', 'a'.repeat(256), 5, null])(
    'refuses the address %j',
    (address) => {
      expect(Object.keys(violationsOf(withEndpoint({ address, port: 1 })))).toEqual([
        '/customerNodeEndpointList/0/address',
      ]);
    },
  );

  it.each([0, 2, 3])('refuses a list of %i endpoints', (length) => {
    const customerNodeEndpointList = Array.from({ length }, () => ({ address: '10.0.0.5', port: 6379 }));

    expect(violationsOf(aRequest({ customerNodeEndpointList }))).toEqual({
      '/customerNodeEndpointList': 'must hold exactly one endpoint, also in cluster mode',
    });
  });

  it('takes how to cut over, and leaves the usual away', () => {
    const of = (cutover: object) => parseMigrationRequest(aRequest({ cutover })).cutover;

    for (const fence of ['acl', 'minReplicas', 'none']) expect(of({ fence })).toEqual({ mode: 'manual', fence });
    const all = {
      mode: 'automatic',
      fence: 'acl',
      drainBudgetMs: 100,
      promotionBudgetSeconds: 86_400,
      quietSeconds: 0,
    };
    expect(of(all)).toEqual(all);
    expect(of({ mode: 'automatic' })).toEqual({ mode: 'automatic' });
    expect(of({ fence: 'auto', drainBudgetMs: 2000, quietSeconds: 60 })).toEqual({ mode: 'manual' });
  });

  it.each([
    [{ fence: 'best' }, ['/cutover/fence']],
    [{ fence: null }, ['/cutover/fence']],
    [{ drainBudgetMs: 99 }, ['/cutover/drainBudgetMs']],
    [{ drainBudgetMs: 60_001 }, ['/cutover/drainBudgetMs']],
    [{ promotionBudgetSeconds: 9 }, ['/cutover/promotionBudgetSeconds']],
    [{ promotionBudgetSeconds: 86_401 }, ['/cutover/promotionBudgetSeconds']],
    [{ quietSeconds: -1 }, ['/cutover/quietSeconds']],
    [{ quietSeconds: '60' }, ['/cutover/quietSeconds']],
    [
      { mode: 'x', fence: 7, drainBudgetMs: 1.5, promotionBudgetSeconds: 0, quietSeconds: 1e9, budget: 1 },
      ['mode', 'fence', 'drainBudgetMs', 'promotionBudgetSeconds', 'quietSeconds', 'budget'].map(
        (name) => `/cutover/${name}`,
      ),
    ],
  ])('refuses to cut over by %j, naming every fault at once', (cutover, pointers) => {
    expect(Object.keys(violationsOf(aRequest({ cutover }))).sort()).toEqual([...pointers].sort());
  });

  it('takes how to verify, with a default for what is not said, and leaves the usual away', () => {
    const settingsOf = (verification: object) => parseMigrationRequest(aRequest({ verification })).verification;

    expect(settingsOf({ mode: 'none' })).toEqual({ mode: 'none', maxKeysPerSecond: 50_000, freshForMinutes: 60 });
    expect(settingsOf({ mode: 'sample' })).toMatchObject({ mode: 'sample', sampleKeys: 10_000 });
    const full = { mode: 'full', maxKeysPerSecond: 100, freshForMinutes: 1, ttlToleranceMs: 0 };
    expect(settingsOf(full)).toEqual(full);
    expect(settingsOf({ maxKeysPerSecond: 7000 })).toMatchObject({ mode: 'full', maxKeysPerSecond: 7000 });
    for (const usual of [{}, { mode: 'full' }, { maxKeysPerSecond: 50_000, freshForMinutes: 60 }]) {
      expect(parseMigrationRequest(aRequest({ verification: usual }))).toEqual(parseMigrationRequest(aRequest()));
    }
  });

  it.each([
    [{ mode: 'all' }, ['/verification/mode']],
    ['full', ['/verification']],
    [{ rate: 1 }, ['/verification/rate']],
    [{ mode: 'full', sampleKeys: 10 }, ['/verification/sampleKeys']],
    [{ mode: 'none', freshForMinutes: 10 }, ['/verification/freshForMinutes']],
    [{ mode: 'sample', sampleKeys: 0 }, ['/verification/sampleKeys']],
    [
      { maxKeysPerSecond: 99, freshForMinutes: 0, ttlToleranceMs: -1 },
      ['/verification/maxKeysPerSecond', '/verification/freshForMinutes', '/verification/ttlToleranceMs'],
    ],
    [
      { maxKeysPerSecond: 1.5, freshForMinutes: '60' },
      ['/verification/maxKeysPerSecond', '/verification/freshForMinutes'],
    ],
  ])('refuses to verify by %j', (verification, pointers) => {
    expect(Object.keys(violationsOf(aRequest({ verification })))).toEqual(pointers);
  });

  it('takes the waiver of what a verification finds', () => {
    const waivers = ['verification-differences', 'source-bind'];

    expect(parseMigrationRequest(aRequest({ waivers, reason: 'a cache' })).waivers).toEqual(waivers);
  });

  it('wants to know why what a verification finds is waived', () => {
    const waivers = ['source-bind', 'verification-differences'];

    for (const reason of [undefined, '', ' \n']) {
      expect(violationsOf(aRequest({ waivers, reason }))).toEqual({ '/reason': expect.stringContaining('says why') });
    }
  });

  it.each([true, false])('takes dryRun %s', (dryRun) => {
    expect(parseMigrationRequest(aRequest({ dryRun })).dryRun ?? false).toBe(dryRun);
  });

  it.each(['true', 1, null, {}])('refuses dryRun %j', (dryRun) => {
    expect(violationsOf(aRequest({ dryRun }))).toEqual({ '/dryRun': 'must be true or false' });
  });

  it('takes every waiver that can help, and refuses every other, each in its place', () => {
    const ids = Object.keys(PREFLIGHT_CHECKS) as CheckId[];
    const refused = violationsOf(aRequest({ waivers: ids }));
    const waivable = ids.filter((id) => PREFLIGHT_CHECKS[id].waivable === 'byName');

    expect(ids.filter((_, index) => !(`/waivers/${index}` in refused))).toEqual(waivable);
    expect(parseMigrationRequest(aRequest({ waivers: waivable })).waivers).toEqual(waivable);
  });

  it('says of a waiver why it cannot help', () => {
    const waivers = ['target-holds-data', 'target-under-migration', 'backlog-small', 'no-such-check', 'toString', 7];

    expect(violationsOf(aRequest({ waivers }))).toEqual({
      '/waivers/1': expect.stringContaining('cannot be waived'),
      '/waivers/2': expect.stringContaining('nothing to waive'),
      '/waivers/3': expect.stringContaining('docs/preflight.md'),
      '/waivers/4': expect.stringContaining('docs/preflight.md'),
      '/waivers/5': expect.stringContaining('as a string'),
    });
  });

  it('keeps each waiver once, in the order asked', () => {
    const waivers = ['source-bind', 'target-holds-data', 'source-bind', 'target-memory', 'target-holds-data'];

    expect(parseMigrationRequest(aRequest({ waivers })).waivers).toEqual([
      'source-bind',
      'target-holds-data',
      'target-memory',
    ]);
  });

  it('takes a list of 100 waivers, none longer, and nothing that is no list', () => {
    const of = (length: number) => aRequest({ waivers: Array.from({ length }, () => 'source-bind') });

    expect(violationsOf(of(100))).toEqual({});
    expect(violationsOf(of(101))).toEqual({ '/waivers': 'must have at most 100 ids' });
    for (const waivers of ['source-bind', null, {}]) {
      expect(violationsOf(aRequest({ waivers }))).toEqual({ '/waivers': 'must be a list of ids of checks' });
    }
  });

  it.each([
    ['/__proto__', '{"__proto__":{"replicationGroupId":"x"}}'],
    ['/constructor', '{"constructor":{"prototype":{}}}'],
    ['/toString', '{"toString":1}'],
    ['/cutover/__proto__', '{"cutover":{"__proto__":{"mode":"automatic"}}}'],
  ])('refuses %s, and nothing is polluted', (pointer, json) => {
    const body = { ...aRequest(), ...JSON.parse(json) };
    const whole = JSON.parse(JSON.stringify(aRequest()).replace(/}$/, `,${json.slice(1)}`));

    expect([Object.keys(violationsOf(whole)), Object.getPrototypeOf(body)]).toEqual([[pointer], Object.prototype]);
    expect(({} as Record<string, unknown>).mode).toBeUndefined();
  });

  it.each(['x', '🙂'])('takes a reason of 1000 characters such as %s, and none longer', (character) => {
    expect(violationsOf(aRequest({ reason: character.repeat(1000) }))).toEqual({});
    expect(Object.keys(violationsOf(aRequest({ reason: character.repeat(1001) })))).toEqual(['/reason']);
  });

  it('keeps its message short however many violations there are', () => {
    const customerNodeEndpointList = Array.from({ length: 10_000 }, () => ({}));
    const error = (() => {
      try {
        return parseMigrationRequest(aRequest({ customerNodeEndpointList }));
      } catch (caught) {
        return caught as InvalidRequestError;
      }
    })() as InvalidRequestError;

    expect(error.violations).toHaveLength(100);
    expect(error.violations[0]).toMatchObject({ detail: expect.stringContaining('exactly one endpoint') });
    expect(error.message.length).toBeLessThan(2000);
    expect(error.message).toContain('violation(s)');
  });

  it('shortens the names that it repeats', () => {
    expect(Object.keys(violationsOf(aRequest({ ['x'.repeat(5000)]: 1 })))).toEqual([`/${'x'.repeat(100)}`]);
  });

  it.each(['customerNodeEndpointList', 'waivers', 'unknown'])('tells at most a hundred violations of %s', (name) => {
    const many = Array.from({ length: 20_000 }, () => ({}));
    const body = name === 'unknown' ? Object.fromEntries(many.map((_, at) => [`f${at}`, 1])) : { [name]: many };
    const violations = violationsOf(aRequest(body));

    expect(Object.keys(violations).length).toBeLessThanOrEqual(100);
    expect(JSON.stringify(violations).length).toBeLessThan(20_000);
  });
});
