import { describe, expect, it } from 'vitest';
import type { FactValues, TargetCluster } from '../../../functions/preflight/facts.ts';
import {
  aCluster,
  aNode,
  aReplicaNode,
  ask,
  nodeInfo,
  nodes,
  parameters,
  sourceConfig,
  sourceInfo,
} from '../support/facts.ts';

describe('databases', () => {
  it('have to be as many on both sides', () => {
    const broken = ask('databases-differ', {
      sourceConfig: sourceConfig({ databases: '32' }),
      sourceInfo: sourceInfo({ db17: 'keys=1,expires=0,avg_ttl=0' }),
    });

    expect(broken).toEqual({
      found: 'databases is 32 on the source and 16 in the parameter group; the highest in use on the source is db17.',
      remedy: [
        "aws elasticache create-cache-parameter-group --cache-parameter-group-name test-migration --cache-parameter-group-family redis7 --description 'For a migration'",
        'aws elasticache modify-cache-parameter-group --cache-parameter-group-name test-migration --parameter-name-values ParameterName=databases,ParameterValue=32',
        'aws elasticache modify-replication-group --replication-group-id test --cache-parameter-group-name test-migration --apply-immediately',
      ],
    });
  });

  it('are told to be unused where there are no keys', () => {
    const empty = { sourceConfig: sourceConfig({ databases: '1' }), sourceInfo: sourceInfo({ db0: undefined }) };

    expect(ask('databases-differ', empty)?.found).toContain('the source has no keys');
  });

  it.each([
    [{ sourceConfig: sourceConfig({ databases: undefined }) }, 'sourceConfig: it has no databases'],
    [{ parameters: parameters({ databases: undefined }) }, 'parameters: it has no databases'],
    [{ parameters: parameters({ databases: 'many' }) }, 'parameters: its databases is "many"'],
  ])('cannot be compared when one side does not tell', (facts, message) => {
    expect(() => ask('databases-differ', facts)).toThrow(message);
  });

  it('in use are told when there is more than one', () => {
    const several = { sourceInfo: sourceInfo({ db3: 'keys=5,expires=0,avg_ttl=0' }) };

    expect(ask('several-databases', several)?.found).toBe('db0 holds 1000 and db3 holds 5 keys.');
    expect(ask('several-databases', { sourceInfo: sourceInfo({ db0: undefined }) })).toBeUndefined();
  });
});

describe('eviction', () => {
  it('is the same on both sides, or set in a parameter group of its own', () => {
    const facts = {
      sourceConfig: sourceConfig({ 'maxmemory-policy': 'noeviction' }),
      clusters: [aCluster({ parameterGroup: 'ours' })],
    };

    expect(ask('eviction-policy-differs', facts)).toEqual({
      found: 'maxmemory-policy is `noeviction` on the source and `volatile-lru` in the parameter group.',
      remedy: [
        "aws elasticache create-cache-parameter-group --cache-parameter-group-name test-migration --cache-parameter-group-family redis7 --description 'For a migration'",
        "# It begins with AWS's defaults: set in it, too, what ours has of its own. This shows it:",
        'aws elasticache describe-cache-parameters --cache-parameter-group-name ours --source user',
        'aws elasticache modify-cache-parameter-group --cache-parameter-group-name test-migration --parameter-name-values ParameterName=maxmemory-policy,ParameterValue=noeviction',
        'aws elasticache modify-replication-group --replication-group-id test --cache-parameter-group-name test-migration --apply-immediately',
      ],
    });
  });

  const linesFor = (cluster: Partial<TargetCluster>) =>
    ask('databases-differ', {
      sourceConfig: sourceConfig({ databases: '32' }),
      clusters: [aCluster(cluster)],
    })?.remedy;

  it.each<[Partial<TargetCluster>, string | undefined]>([
    [{ parameterGroup: 'default.redis5.0' }, 'redis5.0'],
    [{ parameterGroup: 'default.redis6.x' }, 'redis6.x'],
    [{ parameterGroup: 'default.valkey8', engine: 'valkey' }, 'valkey8'],
    [{ parameterGroup: 'ours', engine: 'valkey', engineVersion: '8.1.0' }, 'valkey8'],
    [{ parameterGroup: 'ours', engineVersion: '7.1.0' }, 'redis7'],
    [{ parameterGroup: 'ours', engineVersion: '6.2.6' }, 'redis6.x'],
    [{ parameterGroup: 'ours', engineVersion: '5.0.6' }, 'redis5.0'],
    [{ parameterGroup: 'ours', engineVersion: 'new' }, undefined],
    [{ parameterGroup: 'ours', engine: 'memcached' }, undefined],
  ])('is set in a group of the family of %j: %s', (cluster, family) => {
    const line = linesFor(cluster)?.[0];

    expect(line && /--cache-parameter-group-family (\S+)/.exec(line)?.[1]).toBe(family);
  });

  it.each([
    ['ours', 'test-migration'],
    ['test-migration', 'test-migration-2'],
    ['test-migration-2', 'test-migration-3'],
    ['test-migration-x', 'test-migration'],
  ])('is set in another group than %s, which is in use: %s', (parameterGroup, fresh) => {
    expect(linesFor({ parameterGroup })?.at(-1)).toContain(`--cache-parameter-group-name ${fresh} `);
  });
});

describe('the version of the source', () => {
  it.each([
    [{ redis_version: '2.8.20' }, true],
    [{ redis_version: '2.8.21' }, false],
    [{ redis_version: '2.10.0' }, false],
    [{ redis_version: '8.2.0' }, false],
    [{ server_name: 'valkey', valkey_version: '7.2.5', redis_version: '7.2.4' }, false],
  ])('%j is too old: %s', (fields, broken) => {
    expect(ask('source-version', { sourceInfo: sourceInfo(fields) }) !== undefined).toBe(broken);
  });
});

describe('code in the source', () => {
  it('are none where Redis 8 lists a part of itself', () => {
    expect(
      ask('source-modules', { sourceModules: [{ name: 'vectorset' }, { name: 'lua', path: 'lua' }] }),
    ).toBeUndefined();
    expect(ask('source-modules', { sourceModules: [{ name: 'vectorset' }, { name: 'bf' }] })?.found).toBe(
      'Loaded: bf.',
    );
  });

  it('of modules is named, and what would unload it', () => {
    expect(ask('source-modules', { sourceModules: [{ name: 'ReJSON' }, { name: "x'; rm" }] })).toEqual({
      found: "Loaded: ReJSON and x'; rm.",
      remedy: [
        'redis-cli -h 10.0.0.5 -p 6379 MODULE UNLOAD ReJSON',
        "redis-cli -h 10.0.0.5 -p 6379 MODULE UNLOAD 'x'\\''; rm'",
      ],
    });
  });

  it.each([
    [{ redis_version: '6.2.6' }, true],
    [{ redis_version: '7.0.7' }, false],
    [{ redis_version: '7.2.4', server_name: 'valkey', valkey_version: '7.2.6' }, false],
  ])('of functions is lost on a target of %j: %s', (fields, broken) => {
    const facts = { sourceFunctions: ['lib'], nodes: nodes(aNode({ info: nodeInfo(fields) }), aReplicaNode()) };

    expect(ask('source-functions', facts) !== undefined).toBe(broken);
  });

  it('of scripts is counted where it is told', () => {
    const of = (number_of_cached_scripts: string | undefined) =>
      ask('source-scripts', { sourceInfo: sourceInfo({ number_of_cached_scripts }) })?.found;

    expect([of('0'), of(undefined), of('1'), of('7')]).toEqual([
      undefined,
      undefined,
      '1 script is in its cache.',
      '7 scripts are in its cache.',
    ]);
    expect(() => of('-1')).toThrow('sourceInfo: its number_of_cached_scripts');
  });

  it('calls commands that the target does not know', () => {
    expect(ask('target-lacks-commands', { commandsUnknownToTarget: ['hexpire', 'hgetex'] })?.found).toBe(
      '2: hexpire and hgetex.',
    );
  });
});

describe('a source that is the target', () => {
  it.each<[string, Partial<FactValues>, { address: string; port: number }]>([
    ['by its name', {}, { address: 'TEST-002.example', port: 6379 }],
    ['by its address', { nodes: nodes(aNode({ addresses: ['10.0.0.5'] })) }, { address: '10.0.0.5', port: 6379 }],
    [
      'by the address of its name',
      { sourceAddresses: ['10.0.0.8'], nodes: nodes(aNode({ addresses: ['10.0.0.8'] })) },
      { address: 'db.example', port: 6379 },
    ],
    ['by its run id', { sourceInfo: sourceInfo({ run_id: 'c'.repeat(40) }) }, { address: '10.0.0.5', port: 6379 }],
  ])('is known %s', (_, facts, source) => {
    expect(ask('source-is-target', facts, { source })).toBeDefined();
  });

  it('is not another port of the same machine, nor another server without a run id', () => {
    const here = { nodes: nodes(aNode({ addresses: ['10.0.0.5'] })) };
    const unnamed = {
      nodes: nodes(aNode({ info: nodeInfo({ run_id: '0' }) })),
      sourceInfo: sourceInfo({ run_id: '0' }),
    };

    expect(ask('source-is-target', here, { source: { address: '10.0.0.5', port: 6380 } })).toBeUndefined();
    expect(ask('source-is-target', unnamed)).toBeUndefined();
  });
});

describe('a failover of the source', () => {
  const target = nodes(aNode({ addresses: ['10.1.0.1'] }), aReplicaNode({ addresses: ['10.1.0.2'] }));
  const sentinel = (replicas?: { address: string; port: number }[]) => ({
    endpoint: { address: '10.0.0.9', port: 26379 },
    primaryName: 'mymaster',
    ...(replicas && { replicas }),
  });

  it('could take a node of the target that a Sentinel lists', () => {
    const facts = { nodes: target, sentinels: [sentinel([{ address: '10.1.0.2', port: 6379 }])] };

    expect(ask('target-is-failover-candidate', facts)).toEqual({
      found: 'the Sentinel 10.0.0.9:26379 lists test-002 (10.1.0.2:6379) under mymaster.',
      remedy: ['redis-cli -h 10.0.0.9 -p 26379 SENTINEL RESET mymaster'],
    });
  });

  it('could take a node of the target that the source lists', () => {
    const listing = (ip: string) => ({
      nodes: target,
      sourceInfo: sourceInfo({ slave0: `ip=${ip},port=6379,state=online,offset=5,lag=0` }),
    });

    expect(ask('target-is-failover-candidate', listing('10.1.0.1'))?.found).toBe(
      'the source lists test-001 (10.1.0.1:6379).',
    );
    expect(ask('target-is-failover-candidate', listing('test-001.example'))).toBeDefined();
    expect(ask('target-is-failover-candidate', listing('10.0.0.6'))).toBeUndefined();
  });

  it('takes nobody else', () => {
    const facts = { nodes: target, sentinels: [sentinel([{ address: '10.0.0.6', port: 6379 }])] };

    expect(ask('target-is-failover-candidate', facts)).toBeUndefined();
  });

  it('cannot be ruled out while a Sentinel keeps silent', () => {
    const silent = { nodes: target, sentinels: [sentinel(), sentinel([])] };
    const found = { nodes: target, sentinels: [sentinel(), sentinel([{ address: '10.1.0.2', port: 6379 }])] };

    expect(() => ask('target-is-failover-candidate', silent)).toThrow('sentinels: the Sentinel 10.0.0.9:26379 did not');
    expect(ask('target-is-failover-candidate', found)).toBeDefined();
  });
});

describe('the clocks', () => {
  it.each([
    [1000, 0, false],
    [1001, 0, true],
    [-1001, 0, true],
    [1200, 200, false],
    [1201, 200, true],
    [-86_400_000, 3, true],
  ])('%i ms apart, give or take %i ms, are too far apart: %s', (sourceAheadMs, uncertainMs, broken) => {
    expect(ask('clock-skew', { clocks: { sourceAheadMs, uncertainMs } }) !== undefined).toBe(broken);
  });

  it('tell which way keys expire', () => {
    const found = (sourceAheadMs: number) => ask('clock-skew', { clocks: { sourceAheadMs, uncertainMs: 0.4 } })?.found;

    expect(found(2500)).toBe(
      "The source's clock is 2500 ms ahead of the target's, give or take 1 ms: keys expire later on the target.",
    );
    expect(found(-2500)).toContain('behind');
    expect(found(-2500)).toContain('earlier');
  });
});

describe('cluster mode of the source', () => {
  it.each([
    [{ cluster_enabled: '1', redis_mode: 'cluster' }, true],
    [{ cluster_enabled: undefined, redis_mode: 'cluster' }, true],
    [{ cluster_enabled: undefined, redis_mode: undefined }, false],
    [{ cluster_enabled: '0', redis_mode: 'standalone' }, false],
  ])('%j: %s', (fields, broken) => {
    expect(ask('source-cluster-mode', { sourceInfo: sourceInfo(fields) }) !== undefined).toBe(broken);
  });
});
