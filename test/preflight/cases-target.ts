import type { CacheCluster, ReplicationGroup } from '@aws-sdk/client-elasticache';
import type { Case } from './case.ts';
import { COMPARED_CASES } from './cases-compared.ts';
import type { Pair } from './pair.ts';
import { until } from './until.ts';

type Prepare = NonNullable<Case['prepare']>;

const group =
  (change: Partial<ReplicationGroup>): Prepare =>
  async (pair) =>
    pair.group.override(change);

const clusters =
  (change: Partial<CacheCluster>): Prepare =>
  async (pair) =>
    pair.group.overrideClusters(change);

/** One command to the target's primary, and the one that takes it back. */
const onTarget =
  (command: readonly string[], back: readonly string[]): Prepare =>
  async (pair) => {
    await pair.onTarget(...command);
    return () => pair.onTarget(...back);
  };

const attribute = (id: Case['id'], what: string, prepare: Prepare, more: Pick<Case, 'also' | 'pair'> = {}): Case => ({
  id,
  how: 'group attribute',
  what,
  prepare,
  ...more,
});

/** Conditions of the target's description, as the API shows it. */
const DESCRIBED: readonly Case[] = [
  attribute('target-cluster-mode', 'ClusterEnabled is true', group({ ClusterEnabled: true, ClusterMode: 'enabled' })),
  attribute('target-engine-version', 'EngineVersion is 5.0.4', clusters({ EngineVersion: '5.0.4' })),
  attribute(
    'target-transit-encryption',
    'TransitEncryptionEnabled is true',
    group({ TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' }),
  ),
  attribute('target-auth', 'AuthTokenEnabled is true', group({ AuthTokenEnabled: true })),
  attribute('target-auth', 'AuthTokenEnabled is true, and its nodes ask for a password', async (pair) => {
    const rule = (password: string) =>
      Promise.all(pair.group.nodes().map((node) => node.command('ACL', 'SETUSER', 'default', 'resetpass', password)));
    await rule('>secret');
    const takeBack = pair.group.override({ AuthTokenEnabled: true });
    return async () => {
      takeBack();
      await rule('nopass');
    };
  }),
  attribute('target-auth', 'it has a user group', group({ UserGroupIds: ['staff'] })),
  attribute('target-multi-az', 'MultiAZ is disabled', group({ MultiAZ: 'disabled' })),
  attribute('target-automatic-failover', 'AutomaticFailover is disabled', group({ AutomaticFailover: 'disabled' })),
  attribute('target-automatic-failover', 'AutomaticFailover is enabling', group({ AutomaticFailover: 'enabling' })),
  attribute(
    'target-global-datastore',
    'it is the primary of a global datastore',
    group({
      GlobalReplicationGroupInfo: {
        GlobalReplicationGroupId: 'ldgnf-all',
        GlobalReplicationGroupMemberRole: 'PRIMARY',
      },
    }),
  ),
  attribute('target-data-tiering', 'DataTiering is enabled', group({ DataTiering: 'enabled' })),
  attribute('target-data-tiering', 'the node type is of r6gd', group({ CacheNodeType: 'cache.r6gd.xlarge' })),
  {
    id: 'target-local-zone',
    how: 'group attribute',
    what: 'its nodes are in us-west-2-lax-1a and -1b',
    pair: { group: { availabilityZones: ['us-west-2-lax-1a', 'us-west-2-lax-1b'] } },
  },
  attribute(
    'target-outposts',
    'MemberClustersOutpostArns has one',
    group({ MemberClustersOutpostArns: ['arn:aws:outposts:us-west-2:000000000000:outpost/op-1'] }),
  ),
  attribute('target-network-type', 'NetworkType is dual_stack', group({ NetworkType: 'dual_stack' })),
  attribute('target-cluster-compatible', 'ClusterMode is compatible', group({ ClusterMode: 'compatible' })),
  attribute('target-durability', 'Durability is sync', group({ Durability: 'sync' })),
  attribute('target-node-not-available', 'a cluster is rebooting', async (pair) =>
    pair.group.overrideClusters({ CacheClusterStatus: 'rebooting cluster nodes' }, pair.group.memberIds[1]),
  ),
  attribute('target-node-not-available', 'a node is being made', async (pair) =>
    pair.group.overrideClusters(
      { CacheNodes: [{ CacheNodeId: '0001', CacheNodeStatus: 'creating' }] },
      pair.group.memberIds[1],
    ),
  ),
  attribute(
    'target-pending-changes',
    'AutomaticFailoverStatus is pending',
    group({ PendingModifiedValues: { AutomaticFailoverStatus: 'enabled' } }),
  ),
  attribute('target-parameters-pending', 'a cluster waits for its reboot', async (pair) => {
    const parameters = { CacheParameterGroupName: pair.group.parameterGroup, ParameterApplyStatus: 'pending-reboot' };
    return pair.group.overrideClusters({ CacheParameterGroup: parameters });
  }),
  {
    id: 'target-snapshot-window',
    how: 'time',
    what: 'it is 07:00, half an hour before the window',
    nowMs: Date.parse('2026-01-07T07:00:00Z'),
  },
  {
    id: 'target-maintenance-window',
    how: 'time',
    what: 'it is Sunday, 09:30, in the window',
    nowMs: Date.parse('2026-01-11T09:30:00Z'),
  },
];

const isThere = ({ ground, replicationGroupId }: Pair) =>
  ground.scene.service.groups().some(({ id }) => id === replicationGroupId);

/** Conditions of the target's life. */
const LIVED: readonly Case[] = [
  {
    id: 'target-not-found',
    how: 'command',
    what: 'it is deleted',
    pair: { group: {} },
    async prepare(pair) {
      await pair.ground.scene.service.deleteReplicationGroup({ ReplicationGroupId: pair.replicationGroupId });
      await until(async () => !isThere(pair));
      return undefined;
    },
  },
  {
    id: 'target-not-available',
    how: 'group attribute',
    what: 'its status is modifying',
    async prepare({ group: target }) {
      target.status = 'modifying';
      return () => {
        target.status = 'available';
      };
    },
  },
  {
    id: 'target-under-migration',
    how: 'command',
    what: 'an online migration from another source runs on it',
    pair: { group: {} },
    async prepare({ ground, replicationGroupId, group: target }) {
      const other = await ground.scene.startSource();
      await ground.scene.service.startMigration({
        ReplicationGroupId: replicationGroupId,
        CustomerNodeEndpointList: [{ Address: other.host, Port: other.port }],
      });
      await until(async () => target.status === 'migrating');
      return () => other.stop();
    },
  },
  {
    id: 'target-already-replicating',
    how: 'command',
    what: 'its primary was sent REPLICAOF',
    pair: { group: {} },
    async prepare({ ground, onTarget: command }) {
      const other = await ground.scene.startSource();
      await command('REPLICAOF', other.host, String(other.port));
      return () => other.stop();
    },
  },
  {
    id: 'target-unreachable',
    how: 'process',
    what: 'the process of a node is gone',
    pair: { group: {} },
    async prepare({ group: target }) {
      const [, replica] = target.nodes();
      replica?.kill();
      await replica?.process.exited;
      return undefined;
    },
  },
  {
    id: 'target-holds-data',
    how: 'data',
    what: 'it holds one key',
    prepare: onTarget(['SET', 'kept', 'value'], ['DEL', 'kept']),
  },
  {
    id: 'target-rolled-back',
    how: 'record',
    what: 'a migration into it was rolled back half a year ago',
    rolledBack: { migrationId: 'test-0123456789ab', at: '2025-07-07T15:00:00.000Z' },
  },
  {
    id: 'target-clients',
    how: 'clients',
    what: 'one client is connected to its primary',
    async prepare(pair) {
      await pair.client(pair.group.primary().port);
      return undefined;
    },
  },
];

/** Conditions of the target, and between both sides. */
export const TARGET_CASES: readonly Case[] = [...DESCRIBED, ...LIVED, ...COMPARED_CASES];
