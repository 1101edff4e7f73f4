import { describe, expect, it } from 'vitest';
import type { CheckId } from '../../../functions/migration/preflight.ts';
import type { FactValues, TargetCluster, TargetGroup } from '../../../functions/preflight/facts.ts';
import { aCluster, aNode, aReplicaNode, ask, aTargetGroup, nodeInfo, nodes } from '../support/facts.ts';

const ofGroup = (id: CheckId, change: Partial<TargetGroup>) => ask(id, { group: aTargetGroup(change) });
const ofCluster = (id: CheckId, change: Partial<TargetCluster>, group: Partial<TargetGroup> = {}) =>
  ask(id, {
    clusters: [aCluster(change)],
    group: aTargetGroup({ nodes: aTargetGroup().nodes.slice(0, 1), memberClusters: ['test-001'], ...group }),
  });
const without = <T extends object>(whole: T, name: keyof T): T => {
  const copy = { ...whole };
  delete copy[name];
  return copy;
};

describe('the status of the group', () => {
  it.each<[string, CheckId[]]>([
    ['available', []],
    ['creating', ['target-not-available']],
    ['modifying', ['target-not-available']],
    ['snapshotting', ['target-not-available']],
    ['deleting', ['target-not-available']],
    ['create-failed', ['target-not-available']],
    ['something new', ['target-not-available']],
    ['migrating', ['target-under-migration']],
  ])('%s is found as %j', (status, ids) => {
    const asked = ['target-not-available', 'target-under-migration', 'target-node-not-available'] as const;

    expect(asked.filter((id) => ofGroup(id, { status }))).toEqual(ids);
  });

  it('is waited for where waiting helps', () => {
    expect(ofGroup('target-not-available', { status: 'modifying' })?.remedy).toEqual([
      'aws elasticache wait replication-group-available --replication-group-id test',
    ]);
    expect(ofGroup('target-not-available', { status: 'deleting' })?.remedy[0]).toContain('describe-events');
  });

  it('may hide a primary that follows somebody', () => {
    const facts = (status: string) => ({
      group: aTargetGroup({ status }),
      nodes: nodes(
        aNode({ info: nodeInfo({ role: 'slave', master_host: '10.0.0.9', master_port: '6379' }) }),
        aReplicaNode(),
      ),
    });

    expect(ask('target-already-replicating', facts('available'))?.found).toBe(
      'test-001 is a replica of 10.0.0.9:6379, while the group is `available`.',
    );
    expect(ask('target-already-replicating', facts('modifying'))).toBeDefined();
    expect(ask('target-already-replicating', facts('migrating'))).toBeUndefined();
  });

  it('cannot be told from a primary without a role', () => {
    const roleless = { nodes: nodes(aNode({ info: nodeInfo({ role: undefined }) })) };

    expect(() => ask('target-already-replicating', roleless)).toThrow('nodes: it has no role');
  });

  it('is that of nobody where there is no group', () => {
    expect(ask('target-not-found', { groupPresence: 'absent' })?.found).toContain('knows no test');
  });
});

describe('the kind of the group', () => {
  it.each<[string, CheckId, Partial<TargetGroup>, boolean]>([
    ['cluster mode enabled', 'target-cluster-mode', { clusterEnabled: true }, true],
    ['ClusterMode enabled', 'target-cluster-mode', { clusterMode: 'enabled' }, true],
    ['ClusterMode compatible', 'target-cluster-mode', { clusterMode: 'compatible' }, false],
    ['ClusterMode compatible', 'target-cluster-compatible', { clusterMode: 'compatible' }, true],
    ['encryption in transit', 'target-transit-encryption', { transitEncryptionEnabled: true }, true],
    ['a mode of it', 'target-transit-encryption', { transitEncryptionMode: 'preferred' }, true],
    ['a token', 'target-auth', { authTokenEnabled: true }, true],
    ['user groups', 'target-auth', { userGroupIds: ['staff'] }, true],
    ['Multi-AZ disabled', 'target-multi-az', { multiAz: 'disabled' }, true],
    ['Multi-AZ disabled', 'target-automatic-failover', { multiAz: 'disabled' }, false],
    ['failover disabled', 'target-automatic-failover', { automaticFailover: 'disabled' }, true],
    ['failover disabled', 'target-multi-az', { automaticFailover: 'disabled' }, false],
    ['failover on its way', 'target-automatic-failover', { automaticFailover: 'enabling' }, true],
    ['failover on its way back', 'target-automatic-failover', { automaticFailover: 'disabling' }, true],
    ['an empty global datastore', 'target-global-datastore', { globalReplicationGroupId: '' }, false],
    ['a global datastore', 'target-global-datastore', { globalReplicationGroupId: 'ldgnf-x' }, true],
    ['data tiering', 'target-data-tiering', { dataTiering: 'enabled' }, true],
    ['r6gd', 'target-data-tiering', { cacheNodeType: 'cache.r6gd.xlarge' }, true],
    ['r6g', 'target-data-tiering', { cacheNodeType: 'cache.r6g.xlarge' }, false],
    ['an Outpost', 'target-outposts', { outpostArns: ['arn:aws:outposts:op-1'] }, true],
    ['IPv6', 'target-network-type', { networkType: 'ipv6' }, true],
    ['both', 'target-network-type', { networkType: 'dual_stack' }, true],
    ['durability sync', 'target-durability', { durability: 'sync' }, true],
    ['durability async', 'target-durability', { durability: 'async' }, true],
    ['durability default', 'target-durability', { durability: 'default' }, false],
    ['durability disabled', 'target-durability', { durability: 'disabled' }, false],
    ['pending changes', 'target-pending-changes', { pendingChanges: ['AutomaticFailoverStatus'] }, true],
  ])('%s: %s %j is broken: %s', (_, id, change, broken) => {
    expect(ofGroup(id, change) !== undefined).toBe(broken);
  });

  it.each(['multiAz', 'automaticFailover'] as const)('is no silent pass when %s is not told', (name) => {
    const id = name === 'multiAz' ? 'target-multi-az' : 'target-automatic-failover';

    expect(ask(id, { group: without(aTargetGroup(), name) })?.found).toContain('`not told`');
  });

  it.each(['networkType', 'durability', 'clusterMode', 'dataTiering', 'transitEncryptionMode'] as const)(
    'is fine without %s, which older groups do not have',
    (name) => {
      const group = without(aTargetGroup(), name);
      const ids = [
        'target-network-type',
        'target-durability',
        'target-cluster-mode',
        'target-data-tiering',
        'target-transit-encryption',
      ] as const;

      expect(ids.filter((id) => ask(id, { group }))).toEqual([]);
    },
  );

  it.each([
    ['us-west-2a', false],
    ['us-gov-west-1a', false],
    ['ap-southeast-2c', false],
    ['us-west-2-lax-1a', true],
    ['us-east-1-bos-1a', true],
    ['us-east-1-wl1-bos-wlz-1', true],
  ])('in the zone %s is outside of the Region: %s', (availabilityZone, outside) => {
    const [first, second] = aTargetGroup().nodes as [TargetGroup['nodes'][0], TargetGroup['nodes'][0]];

    expect(ofGroup('target-local-zone', { nodes: [first, { ...second, availabilityZone }] }) !== undefined).toBe(
      outside,
    );
  });

  it.each<[string, Partial<TargetCluster>, boolean]>([
    ['Redis OSS 5.0.4', { engineVersion: '5.0.4' }, true],
    ['Redis OSS 5.0.5', { engineVersion: '5.0.5' }, false],
    ['Redis OSS 4.0.10', { engineVersion: '4.0.10' }, true],
    ['Redis OSS 6.x', { engineVersion: '6.x' }, false],
    ['Redis OSS 10.0', { engineVersion: '10.0' }, false],
    ['Valkey 7.2', { engine: 'valkey', engineVersion: '7.2.6' }, false],
    ['Valkey of any version', { engine: 'valkey', engineVersion: '1.0' }, false],
    ['Memcached', { engine: 'memcached', engineVersion: '1.6.22' }, true],
  ])('with %s is too old or another engine: %s', (_, change, broken) => {
    expect(ofCluster('target-engine-version', change) !== undefined).toBe(broken);
  });

  it('cannot be judged by a version that cannot be read', () => {
    expect(() => ofCluster('target-engine-version', { engineVersion: 'new' })).toThrow('clusters: test-001 has no');
    expect(() =>
      ask('target-engine-version', {
        clusters: [without(aCluster(), 'engine')],
        group: without(aTargetGroup(), 'engine'),
      }),
    ).toThrow('clusters: test-001 has no Engine');
  });
});

describe('what to paste', () => {
  it.each<[CheckId, Partial<TargetGroup>, string[]]>([
    [
      'target-multi-az',
      { multiAz: 'disabled' },
      [
        'aws elasticache modify-replication-group --replication-group-id test --multi-az-enabled --automatic-failover-enabled --apply-immediately',
      ],
    ],
    [
      'target-multi-az',
      { multiAz: 'disabled', nodes: aTargetGroup().nodes.slice(0, 1) },
      [
        'aws elasticache increase-replica-count --replication-group-id test --new-replica-count 1 --apply-immediately',
        'aws elasticache wait replication-group-available --replication-group-id test',
        'aws elasticache modify-replication-group --replication-group-id test --multi-az-enabled --automatic-failover-enabled --apply-immediately',
      ],
    ],
    [
      'target-automatic-failover',
      { automaticFailover: 'disabled', nodes: aTargetGroup().nodes.slice(0, 1) },
      [
        'aws elasticache increase-replica-count --replication-group-id test --new-replica-count 1 --apply-immediately',
        'aws elasticache wait replication-group-available --replication-group-id test',
        'aws elasticache modify-replication-group --replication-group-id test --automatic-failover-enabled --apply-immediately',
      ],
    ],
    [
      'target-transit-encryption',
      { transitEncryptionEnabled: true, transitEncryptionMode: 'required' },
      [
        'aws elasticache modify-replication-group --replication-group-id test --transit-encryption-enabled --transit-encryption-mode preferred --apply-immediately',
        'aws elasticache wait replication-group-available --replication-group-id test',
        'aws elasticache modify-replication-group --replication-group-id test --no-transit-encryption-enabled --apply-immediately',
      ],
    ],
    [
      'target-auth',
      { userGroupIds: ['staff'] },
      ['aws elasticache modify-replication-group --replication-group-id test --remove-user-groups --apply-immediately'],
    ],
    [
      'target-global-datastore',
      { globalReplicationGroupId: 'ldgnf-x' },
      [
        'aws elasticache disassociate-global-replication-group --global-replication-group-id ldgnf-x --replication-group-id test --replication-group-region "$AWS_REGION"',
      ],
    ],
    [
      'target-data-tiering',
      { cacheNodeType: 'cache.r6gd.xlarge' },
      [
        'aws elasticache create-replication-group --replication-group-id test-new --replication-group-description \'Target of a migration\' --engine redis --cache-node-type cache.r6g.xlarge --num-cache-clusters 2 --automatic-failover-enabled --multi-az-enabled --no-transit-encryption-enabled --cache-subnet-group-name "$SUBNET_GROUP" --security-group-ids "$SECURITY_GROUP" --cache-parameter-group-name "$PARAMETER_GROUP"',
      ],
    ],
  ])('for %s', (id, change, lines) => {
    expect(ofGroup(id, change)?.remedy).toEqual(lines);
  });

  it.each([
    ['a'.repeat(40), `${'a'.repeat(36)}-new`],
    [`${'a'.repeat(35)}-${'b'.repeat(4)}`, `${'a'.repeat(35)}-new`],
    ['ours', 'ours-new'],
  ])('names a group beside %s that AWS takes: %s', (replicationGroupId, id) => {
    const line = ask('target-cluster-mode', { group: aTargetGroup({ clusterEnabled: true }) }, { replicationGroupId })
      ?.remedy[0];

    expect(line).toContain(`--replication-group-id ${id} --`);
  });
});

describe('the members of the group', () => {
  it.each<[string, Partial<TargetCluster>, boolean]>([
    ['available', {}, false],
    ['modifying', { status: 'modifying' }, true],
    ['rebooting', { status: 'rebooting cluster nodes' }, true],
    ['of a node that is replaced', { nodeStatuses: ['creating'] }, true],
  ])('that are %s: %j is found: %s', (_, change, broken) => {
    expect(ofCluster('target-node-not-available', change) !== undefined).toBe(broken);
  });

  it('are all there', () => {
    expect(ask('target-node-not-available', { clusters: [aCluster()] })?.found).toBe('test-002 is not described.');
  });

  it('are there, each with a node in the group and a cluster', () => {
    const memberClusters = ['test-001', 'test-002', 'test-003'];
    const clusters = [aCluster(), aCluster({ cacheClusterId: 'test-002' })];
    const of = (all: TargetCluster[]) =>
      ask('target-node-not-available', { group: aTargetGroup({ memberClusters }), clusters: all });

    expect(of(clusters)).toEqual({
      found: 'test-003 is a member without a node in the group.',
      remedy: ['aws elasticache wait cache-cluster-available --cache-cluster-id test-003'],
    });
    expect(of([...clusters, aCluster({ cacheClusterId: 'test-003', status: 'creating' })])?.remedy).toHaveLength(1);
  });

  it('are not looked at while the group itself is not available', () => {
    expect(ofCluster('target-node-not-available', { status: 'modifying' }, { status: 'modifying' })).toBeUndefined();
  });

  it('cannot be judged without their nodes, nor without the state of their parameters', () => {
    expect(() => ofCluster('target-node-not-available', { nodeStatuses: [] })).toThrow('test-001 shows no CacheNodes');
    expect(() => ask('target-parameters-pending', { clusters: [without(aCluster(), 'parameterApplyStatus')] })).toThrow(
      'clusters: test-001 has no ParameterApplyStatus',
    );
  });

  it('may wait for a reboot to take their parameters', () => {
    expect(ofCluster('target-parameters-pending', { parameterApplyStatus: 'pending-reboot' })).toEqual({
      found: 'test-001 is `pending-reboot`.',
      remedy: ['aws elasticache reboot-cache-cluster --cache-cluster-id test-001 --cache-node-ids-to-reboot 0001'],
    });
  });
});

describe('what the group is used for', () => {
  it('is found by its keys', () => {
    const full = nodes(aNode({ info: nodeInfo({ db0: 'keys=2,expires=0', db3: 'keys=1,expires=1' }) }), aReplicaNode());

    expect(ask('target-holds-data', { nodes: full })).toEqual({
      found: 'test-001 holds 3 keys (db0 2 and db3 1).',
      remedy: ['aws elasticache create-snapshot --replication-group-id test --snapshot-name test-before-migration'],
    });
  });

  it('is found by a rollback, as long as its pause may stand', () => {
    const rolledBack = { migrationId: 'test-before', at: '2026-01-01T00:00:00.000Z' };
    const at = (time: string) => ask('target-rolled-back', {}, { rolledBack, nowMs: Date.parse(time) });

    expect(at('2026-12-31T23:59:59.000Z')).toEqual({
      found: expect.stringContaining('test-before was rolled back at 2026-01-01'),
      remedy: aTargetGroup().nodes.map(
        ({ endpoint: { address, port } }) => `redis-cli -h ${address} -p ${port} CLIENT UNPAUSE`,
      ),
    });
    expect([at('2027-01-01T00:00:00.000Z'), ask('target-rolled-back')]).toEqual([undefined, undefined]);
  });

  it('is found by its clients, five of them by name', () => {
    const client = (number: number): FactValues['targetClients'][0] => ({
      cacheClusterId: 'test-001',
      line: new Map([
        ['addr', `10.0.0.${number}:5000`],
        ['name', number === 1 ? 'web\u0007' : ''],
        ['cmd', 'get'],
      ]),
    });

    expect(ask('target-clients', { targetClients: [1, 2, 3, 4, 5, 6, 7].map(client) })?.found).toBe(
      '7: 10.0.0.1:5000 "web?" (get) on test-001, 10.0.0.2:5000 (get) on test-001, 10.0.0.3:5000 (get) on test-001, 10.0.0.4:5000 (get) on test-001, 10.0.0.5:5000 (get) on test-001 and 2 more.',
    );
  });
});

describe('nodes that cannot be reached', () => {
  it('are named with the reason', () => {
    const { cacheClusterId, endpoint } = aReplicaNode();
    const unread = { read: [aNode()], unread: [{ cacheClusterId, endpoint, why: 'no answer within 2 s' }] };

    expect(ask('target-unreachable', { nodes: unread })?.found).toBe(
      'test-002 at test-002.example:6379: no answer within 2 s.',
    );
  });

  it.each<[string, CheckId, Partial<TargetGroup>]>([
    ['encryption in transit', 'target-transit-encryption', { transitEncryptionEnabled: true }],
    ['a token', 'target-auth', { authTokenEnabled: true }],
    ['a user group', 'target-auth', { userGroupIds: ['staff'] }],
  ])('for %s are told by %s alone', (_, id, change) => {
    const { cacheClusterId, endpoint } = aReplicaNode();
    const facts = {
      nodes: { read: [], unread: [{ cacheClusterId, endpoint, why: 'NOAUTH' }] },
      group: aTargetGroup(change),
    };

    expect(ask('target-unreachable', facts)).toBeUndefined();
    expect(ask(id, facts)?.found).toContain(
      'Not read, for they did not answer in clear and without a password: test-002.',
    );
  });
});
