import type {
  CacheCluster,
  CacheNode as CacheNodeDescription,
  NodeGroup as NodeGroupDescription,
  ReplicationGroup as ReplicationGroupDescription,
} from '@aws-sdk/client-elasticache';
import { arn } from '../identity.ts';
import type { CacheNode } from './node.ts';
import type { NodeGroup } from './node-group.ts';
import type { ReplicationGroup } from './replication-group.ts';
import type { GroupSettings } from './settings.ts';

/** With cluster mode disabled a cache cluster has one node, and that is its name. */
const NODE_ID = '0001';

/**
 * The members of AWS's documented sample of start-migration, in its order; what else a group is to show is for its options
 * to say. `GlobalReplicationGroupInfo` and `PendingModifiedValues` are there and empty, as in the sample.
 */
export const describeGroup = (group: ReplicationGroup, settings: GroupSettings): ReplicationGroupDescription => ({
  ReplicationGroupId: group.id,
  Description: group.id,
  GlobalReplicationGroupInfo: {},
  Status: group.status,
  PendingModifiedValues: {},
  MemberClusters: [...group.memberIds],
  ...(group.nodeGroups.length === 0
    ? {}
    : { NodeGroups: group.nodeGroups.map((nodeGroup) => describeNodeGroup(nodeGroup, group, settings)) }),
  // The sample takes its snapshots from a replica.
  SnapshottingClusterId: group.memberIds[1] ?? (group.memberIds[0] as string),
  AutomaticFailover: 'enabled',
  MultiAZ: 'enabled',
  SnapshotRetentionLimit: 1,
  SnapshotWindow: '07:30-08:30',
  ClusterEnabled: false,
  CacheNodeType: group.nodeType,
  TransitEncryptionEnabled: false,
  AtRestEncryptionEnabled: false,
  ...group.options.description,
});

const describeNodeGroup = (
  nodeGroup: NodeGroup,
  group: ReplicationGroup,
  settings: GroupSettings,
): NodeGroupDescription => ({
  NodeGroupId: nodeGroup.id,
  Status: group.status === 'migrating' ? settings.nodeGroupStatusWhileMigrating : 'available',
  PrimaryEndpoint: endpoint(nodeGroup.primary),
  ReaderEndpoint: endpoint(nodeGroup.replicas[0] ?? nodeGroup.primary),
  NodeGroupMembers: nodeGroup.nodes.map((node) => ({
    CacheClusterId: node.id,
    CacheNodeId: NODE_ID,
    ReadEndpoint: endpoint(node),
    PreferredAvailabilityZone: node.availabilityZone,
    CurrentRole: node.role,
  })),
});

/** One for each node, with its CacheNodes: who does not ask for them does not get them. */
export const describeClusters = (group: ReplicationGroup): CacheCluster[] => {
  const { description = {} } = group.options;
  return group.memberIds.map((id) => {
    const node = group.nodes().find((candidate) => candidate.id === id);
    return {
      CacheClusterId: id,
      CacheNodeType: group.nodeType,
      Engine: description.Engine ?? group.server?.flavour ?? 'redis',
      ...(group.server === undefined ? {} : { EngineVersion: group.server.version }),
      CacheClusterStatus: clusterStatus(group),
      NumCacheNodes: 1,
      ...(node === undefined ? {} : { PreferredAvailabilityZone: node.availabilityZone }),
      CacheClusterCreateTime: new Date(group.createdAtMs),
      PreferredMaintenanceWindow: 'sun:09:00-sun:10:00',
      PendingModifiedValues: {},
      CacheSecurityGroups: [],
      CacheParameterGroup: {
        CacheParameterGroupName: group.parameterGroup,
        ParameterApplyStatus: 'in-sync',
        CacheNodeIdsToReboot: [],
      },
      CacheSubnetGroupName: 'default',
      CacheNodes: node === undefined ? [] : [describeNode(node, group)],
      AutoMinorVersionUpgrade: true,
      ReplicationGroupId: group.id,
      SnapshotRetentionLimit: description.SnapshotRetentionLimit ?? 1,
      SnapshotWindow: description.SnapshotWindow ?? '07:30-08:30',
      AuthTokenEnabled: description.AuthTokenEnabled ?? false,
      TransitEncryptionEnabled: description.TransitEncryptionEnabled ?? false,
      AtRestEncryptionEnabled: description.AtRestEncryptionEnabled ?? false,
      ARN: arn('elasticache', `cluster:${id}`),
      ReplicationGroupLogDeliveryEnabled: false,
      LogDeliveryConfigurations: [],
      NetworkType: 'ipv4',
      IpDiscovery: 'ipv4',
      ...group.options.cacheCluster,
      ...group.options.cacheClusters?.[id],
    } satisfies CacheCluster;
  });
};

const describeNode = (node: CacheNode, group: ReplicationGroup): CacheNodeDescription => ({
  CacheNodeId: NODE_ID,
  CacheNodeStatus: 'available',
  CacheNodeCreateTime: new Date(group.createdAtMs),
  Endpoint: endpoint(node),
  ParameterGroupStatus: 'in-sync',
  CustomerAvailabilityZone: node.availabilityZone,
});

/** The documented values of CacheClusterStatus know no `migrating`. */
const clusterStatus = ({ status }: ReplicationGroup): string => (status === 'migrating' ? 'available' : status);

const endpoint = (node: CacheNode): { Address: string; Port: number } => ({ Address: node.host, Port: node.port });
