import { describe, expect, it } from 'vitest';
import { type CheckId, PREFLIGHT_CHECKS } from '../../../functions/migration/preflight.ts';
import { CATALOGUE } from '../../../functions/preflight/catalogue.ts';
import type { FactName, Facts, FactValues } from '../../../functions/preflight/facts.ts';
import { judge } from '../../../functions/preflight/judge.ts';
import { UNREAD } from '../../../functions/preflight/unread.ts';
import {
  aNode,
  aReplicaNode,
  aTargetGroup,
  cleanFacts,
  cleanValues,
  NOW,
  nodeInfo,
  nodes,
  someCircumstances,
  sourceConfig,
  sourceInfo,
} from '../support/facts.ts';

const judged = (facts: Facts, ...waivers: CheckId[]) => judge(facts, someCircumstances(), waivers);
const idsOf = (facts: Facts, ...waivers: CheckId[]) => judged(facts, ...waivers).findings.map(({ id }) => id);
const unreadable = (...names: FactName[]) =>
  cleanFacts({}, Object.fromEntries(names.map((name) => [name, { unreadable: 'NOPERM no' }])));

describe('a clean pair', () => {
  it('passes every check, and its figures are told', () => {
    expect(judged(cleanFacts())).toEqual({
      verdict: 'passed',
      checkedAt: new Date(NOW).toISOString(),
      checks: CATALOGUE.length,
      findings: [],
      waivers: [],
      figures: {
        sourceVersion: '7.0.15',
        targetVersion: '7.1.0',
        keys: 1000,
        usedMemoryBytes: 1_073_741_824,
        targetCapacityBytes: 10_527_885_772,
        fence: 'acl',
        source: { address: '10.0.0.5', port: 6379 },
      },
      forecast: expect.objectContaining({ verdict: 'pass' }),
    });
  });
});

describe('findings', () => {
  const broken = {
    group: aTargetGroup({ multiAz: 'disabled', outpostArns: ['arn:x'], automaticFailover: 'disabled' }),
    targetClients: [{ cacheClusterId: 'test-001', line: new Map([['addr', '10.0.0.1:1']]) }],
    sourceInfo: sourceInfo({ db1: 'keys=1,expires=0,avg_ttl=0' }),
  } satisfies Partial<FactValues>;

  it('come all at once: what blocks first, then by severity, each in the order of the catalogue', () => {
    const result = judged(cleanFacts(broken));

    expect(result.verdict).toBe('failed');
    expect(result.findings.map(({ id, severity }) => `${severity} ${id}`)).toEqual([
      'blocking target-multi-az',
      'blocking target-automatic-failover',
      'warning target-outposts',
      'warning target-clients',
      'info several-databases',
    ]);
    expect(result.checks).toBe(CATALOGUE.length);
  });

  it('that are waived stand behind what still blocks, and are marked', () => {
    const result = judged(cleanFacts(broken), 'target-multi-az', 'target-memory');

    expect(result.verdict).toBe('failed');
    expect(result.findings.slice(0, 3).map(({ id, waived }) => [id, waived])).toEqual([
      ['target-automatic-failover', undefined],
      ['target-multi-az', true],
      ['target-outposts', undefined],
    ]);
    expect(result.waivers).toEqual(['target-multi-az', 'target-memory']);
  });

  it('let the migration go on when all that blocks is waived', () => {
    expect(judged(cleanFacts(broken), 'target-multi-az', 'target-automatic-failover').verdict).toBe('passed');
  });

  it('that no waiver helps block in spite of one', () => {
    const foreign = cleanFacts({ group: aTargetGroup({ status: 'migrating' }) });
    const result = judged(foreign, 'target-under-migration');

    expect(result.verdict).toBe('failed');
    expect(result.findings[0]).not.toHaveProperty('waived');
  });

  it('that never block are not marked as waived', () => {
    expect(judged(cleanFacts(broken), 'target-clients').findings.some(({ waived }) => waived)).toBe(false);
  });
});

describe('a fact that could not be read', () => {
  const names = (Object.keys(UNREAD) as FactName[]).filter((name) => UNREAD[name].id.startsWith('unread-'));

  it.each(names)('%s is one finding, with the reason and what was not checked', (name) => {
    const result = judged(unreadable(name));
    const users = CATALOGUE.filter(({ needs }) => needs.includes(name)).map(({ id }) => id);
    const [finding, ...others] = result.findings.filter(({ id }) => id.startsWith('unread-'));

    expect(finding?.id).toBe(UNREAD[name].id);
    expect(others).toEqual([]);
    expect(finding?.found).toMatch(/^NOPERM no\./);
    for (const id of users.slice(0, 3)) expect(finding?.found).toContain(id);
    expect(finding?.severity).toBe(PREFLIGHT_CHECKS[UNREAD[name].id].severity);
    expect(result.verdict).toBe(finding?.severity === 'blocking' ? 'failed' : 'passed');
    expect(result.checks).toBe(CATALOGUE.length - users.length);
  });

  it.each(['group', 'groupPresence', 'nodes', 'sourceReach'] as const)('%s blocks whatever is waived', (name) => {
    const { id } = UNREAD[name];

    expect(judged(unreadable(name), id)).toMatchObject({
      verdict: 'failed',
      findings: [{ id, severity: 'blocking' }],
    });
  });

  it('is one finding each, when none of them could be read', () => {
    const all = Object.keys(UNREAD) as FactName[];
    const result = judged(unreadable(...all));

    expect(result.findings.map(({ id }) => id).sort()).toEqual([...new Set(all.map((name) => UNREAD[name].id))].sort());
    expect(result).toMatchObject({ verdict: 'failed', checks: 0, forecast: { verdict: 'unknown' } });
    expect(result.figures).toEqual({ source: { address: '10.0.0.5', port: 6379 } });
  });

  it('can be waived by name where the vocabulary says so', () => {
    expect(judged(unreadable('clusters'), 'unread-target-clusters').verdict).toBe('passed');
    expect(judged(unreadable('sourceInfo'), 'unread-source-info').verdict).toBe('failed');
  });

  it('is silent when another fact says why', () => {
    const all = Object.fromEntries((Object.keys(UNREAD) as FactName[]).map((name) => [name, { moot: true as const }]));
    const facts = { ...cleanFacts({}, all), groupPresence: { value: 'absent' as const } };

    expect(idsOf(facts)).toEqual(['target-not-found']);
  });
});

describe('a field that is missing or absurd', () => {
  it.each<[string, Partial<FactValues>, CheckId, CheckId[]]>([
    ['memory', { sourceInfo: sourceInfo({ used_memory_peak: '1e99' }) }, 'unread-source-info', ['target-memory']],
    ['keyspace', { sourceInfo: sourceInfo({ db0: 'keys=-1' }) }, 'unread-source-info', ['several-databases']],
    [
      'version',
      { sourceInfo: sourceInfo({ redis_version: 'Dragonfly' }) },
      'unread-source-info',
      ['source-version', 'rdb-format'],
    ],
    [
      'databases',
      { sourceConfig: sourceConfig({ databases: '9'.repeat(30) }) },
      'unread-source-config',
      ['databases-differ'],
    ],
    [
      'maxmemory of a node',
      { nodes: nodes(aNode({ info: nodeInfo({ maxmemory: '-1' }) }), aReplicaNode()) },
      'target-unreachable',
      ['target-memory'],
    ],
  ])('of the %s is the finding of its fact', (_, values, id, unmade) => {
    const result = judged(cleanFacts(values));

    expect(result.findings.map((finding) => finding.id)).toEqual([id]);
    for (const one of unmade) expect(result.findings[0]?.found).toContain(one);
    expect(result.checks).toBeLessThan(CATALOGUE.length);
  });

  it('joins what else is found under that id', () => {
    const { cacheClusterId, endpoint } = aReplicaNode();
    const half = {
      read: [aNode({ info: nodeInfo({ role: undefined }) })],
      unread: [{ cacheClusterId, endpoint, why: 'it hangs' }],
    };
    const [finding, ...others] = judged(cleanFacts({ nodes: half })).findings;

    expect(others).toEqual([]);
    expect(finding?.id).toBe('target-unreachable');
    expect(finding?.found).toContain('it hangs');
    expect(finding?.found).toContain('It has no role.');
  });
});

describe('nodes that ask for TLS or a password', () => {
  const { cacheClusterId, endpoint } = aNode();
  const closed = { read: [], unread: [{ cacheClusterId, endpoint, why: 'NOAUTH' }] };

  it.each<[CheckId, Partial<FactValues['group']>]>([
    ['target-transit-encryption', { transitEncryptionEnabled: true }],
    ['target-transit-encryption', { transitEncryptionEnabled: true, transitEncryptionMode: 'required' }],
    ['target-auth', { authTokenEnabled: true }],
  ])('are one finding, %s with %j, which no waiver helps and which names what was not checked', (id, change) => {
    const facts = cleanFacts(
      { group: aTargetGroup(change), nodes: closed },
      { targetClients: { moot: true }, commandsUnknownToTarget: { moot: true }, clocks: { moot: true } },
    );
    const { verdict, findings } = judged(facts, id);

    expect(verdict).toBe('failed');
    expect(findings.map((finding) => finding.id)).toEqual([id]);
    expect(findings[0]?.found).toContain(
      `Not read, for they did not answer in clear and without a password: test-001.`,
    );
    expect(findings[0]?.found).toMatch(/Not checked: .*target-memory/);
  });

  it('are one finding where nothing at all was read of them', () => {
    const group = aTargetGroup({ transitEncryptionEnabled: true });
    const { findings } = judged(cleanFacts({ group }, { nodes: { unreadable: 'no time was left' } }));

    expect(findings.map(({ id }) => id)).toEqual(['target-transit-encryption']);
    expect(findings[0]?.found).toContain('No time was left. Not checked: target-already-replicating');
  });

  it('and answer all the same are looked at like others', () => {
    const group = aTargetGroup({ transitEncryptionEnabled: true, transitEncryptionMode: 'preferred' });
    const absurd = nodes(aNode({ info: nodeInfo({ maxmemory: '-1' }) }), aReplicaNode());

    expect(idsOf(cleanFacts({ group, nodes: absurd }))).toEqual(['target-unreachable', 'target-transit-encryption']);
  });
});

describe('a line to paste', () => {
  const remedy = (config_file: string) => {
    const facts = cleanFacts({ sourceCommands: new Map([['psync', false]]), sourceInfo: sourceInfo({ config_file }) });
    return judged(facts).findings.find(({ id }) => id === 'source-commands-renamed')?.remedy;
  };

  it('has a path as it is, however long', () => {
    const path = `/etc/${'deep/'.repeat(30)}it's redis.conf`;

    expect(remedy(path)).toEqual([`sed -i -E -e '/^ *rename-command +(psync) /Id' -- '${path.replace("'", "'\\''")}'`]);
  });

  it.each([
    '',
    `/etc/${'x'.repeat(1000)}`,
    '/etc/two  spaces',
    '/etc/\u0007bell',
    '/etc/\nline',
    'redis.conf',
    '-ew /root/.ssh/authorized_keys',
  ])('is left out where it would be another: %j', (path) => {
    expect(remedy(path)).toEqual([]);
  });
});

describe('a hostile server', () => {
  const nasty = `\u001b]0;owned\u0007${'\n'.repeat(50)}${'A'.repeat(5_000_000)}`;

  it('gets neither control characters nor megabytes into a finding', () => {
    const hostile: Partial<FactValues> = {
      sourceModules: Array.from({ length: 500 }, () => ({ name: nasty, path: nasty })),
      sourceFunctions: [nasty],
      commandsUnknownToTarget: [nasty, nasty],
      targetClients: Array.from({ length: 500 }, () => ({
        cacheClusterId: 'test-001',
        line: new Map([
          ['addr', nasty],
          ['name', nasty],
          ['cmd', nasty],
        ]),
      })),
      sourceConfig: sourceConfig({ 'maxmemory-policy': nasty, databases: nasty }),
      sourceInfo: sourceInfo({ redis_version: nasty, used_memory: nasty, db0: nasty, master_host: nasty }),
      sentinels: [{ endpoint: { address: nasty, port: 26379 }, primaryName: nasty }],
    };
    const result = judge(cleanFacts(hostile, { clocks: { unreadable: nasty } }), someCircumstances(), []);

    expect(result.findings.length).toBeGreaterThan(5);
    for (const { found, remedy } of result.findings) {
      expect(found.length).toBeLessThanOrEqual(600);
      expect(remedy.length).toBeLessThanOrEqual(12);
      for (const text of [found, ...remedy]) {
        expect(text).not.toMatch(/\p{Cc}/u);
        expect(text.length).toBeLessThanOrEqual(600);
      }
    }
    expect(JSON.stringify(result).length).toBeLessThan(60_000);
  });

  it('leaves no rule broken, whichever fields it leaves out', () => {
    const { sourceInfo: info, sourceConfig: config, nodes: all } = cleanValues();
    for (const field of info.keys()) judged(cleanFacts({ sourceInfo: sourceInfo({ [field]: undefined }) }));
    for (const field of config.keys()) judged(cleanFacts({ sourceConfig: sourceConfig({ [field]: undefined }) }));
    for (const field of all.read[0]?.info.keys() ?? [])
      judged(cleanFacts({ nodes: nodes(aNode({ info: nodeInfo({ [field]: undefined }) })) }));
    expect(
      idsOf(cleanFacts({ sourceInfo: new Map(), sourceConfig: new Map(), nodes: nodes(aNode({ info: new Map() })) })),
    ).toEqual(expect.arrayContaining(['unread-source-info', 'unread-source-config', 'target-unreachable']));
  });

  it.each(['', '-1', '99999999999999999999', 'NaN', 'Infinity', '1e308', '0x7f', 'yes', '\u0000'])(
    'may say %j in every field',
    (text) => {
      const said = <T extends ReadonlyMap<string, string>>(fields: T) =>
        new Map([...fields].map(([name]) => [name, text]));
      const { sourceInfo: info, sourceConfig: config, parameters, nodes: all } = cleanValues();
      const result = judged(
        cleanFacts({
          sourceInfo: said(info),
          sourceConfig: said(config),
          parameters: said(parameters),
          nodes: nodes(...all.read.map((node) => ({ ...node, info: said(node.info) }))),
        }),
      );

      expect(result.verdict).toBe('failed');
      expect(result.findings.map(({ id }) => id)).toContain('unread-source-info');
      expect(JSON.stringify(result)).not.toMatch(/:null|\b(NaN|Infinity) \w/);
    },
  );
});
