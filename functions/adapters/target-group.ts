import type {
  CacheCluster,
  NodeGroup,
  ReplicationGroupPendingModifiedValues,
  ReplicationGroup as WireGroup,
} from '@aws-sdk/client-elasticache';
import type { TargetCluster, TargetGroup } from '../preflight/facts.ts';

/** An object without the members that the API left out. */
type Told<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const told = <T extends Record<string, unknown>>(members: T): Told<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== '')) as Told<T>;

/** The group as the API describes it, as far as the preflight's checks need it. */
export const toTargetGroup = (group: WireGroup): TargetGroup => {
  const nodes = (group.NodeGroups ?? []).flatMap(nodesOf);
  return {
    status: group.Status ?? 'unknown',
    clusterEnabled: group.ClusterEnabled ?? false,
    transitEncryptionEnabled: group.TransitEncryptionEnabled ?? false,
    authTokenEnabled: group.AuthTokenEnabled ?? false,
    userGroupIds: group.UserGroupIds ?? [],
    snapshotRetentionLimit: group.SnapshotRetentionLimit ?? 0,
    pendingChanges: pendingIn(group.PendingModifiedValues),
    outpostArns: [
      ...new Set([...(group.MemberClustersOutpostArns ?? []), ...nodes.flatMap(({ outpostArn }) => outpostArn ?? [])]),
    ],
    memberClusters: group.MemberClusters ?? [],
    nodes,
    ...told({
      clusterMode: group.ClusterMode,
      multiAz: group.MultiAZ,
      automaticFailover: group.AutomaticFailover,
      transitEncryptionMode: group.TransitEncryptionMode,
      dataTiering: group.DataTiering,
      cacheNodeType: group.CacheNodeType,
      // A group that is no member of a Global Datastore has this too, and empty.
      globalReplicationGroupId: group.GlobalReplicationGroupInfo?.GlobalReplicationGroupId,
      networkType: group.NetworkType,
      durability: group.EffectiveDurability ?? group.Durability,
      engine: group.Engine,
      snapshotWindow: group.SnapshotWindow,
    }),
  };
};

/** ReadEndpoint and CurrentRole are there with cluster mode disabled, which is what is migrated. */
const nodesOf = ({ NodeGroupId, NodeGroupMembers = [] }: NodeGroup): TargetGroup['nodes'] =>
  NodeGroupMembers.flatMap((member) => {
    const { CacheClusterId, ReadEndpoint, CurrentRole } = member;
    if (!CacheClusterId || !ReadEndpoint?.Address || !ReadEndpoint.Port) return [];
    return {
      nodeGroupId: NodeGroupId ?? '0001',
      cacheClusterId: CacheClusterId,
      endpoint: { address: ReadEndpoint.Address, port: ReadEndpoint.Port },
      role: CurrentRole === 'primary' ? ('primary' as const) : ('replica' as const),
      ...told({ availabilityZone: member.PreferredAvailabilityZone, outpostArn: member.PreferredOutpostArn }),
    };
  });

const pendingIn = (pending: ReplicationGroupPendingModifiedValues = {}): string[] =>
  Object.entries(pending)
    .filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0))
    .map(([name]) => name);

/** A member of the group. CacheNodes are only told to who asks for them. */
export const toTargetCluster = (cacheClusterId: string, cluster: CacheCluster): TargetCluster => ({
  cacheClusterId,
  status: cluster.CacheClusterStatus ?? 'unknown',
  nodeStatuses: (cluster.CacheNodes ?? []).map(({ CacheNodeStatus }) => CacheNodeStatus ?? 'unknown'),
  ...told({
    engine: cluster.Engine,
    engineVersion: cluster.EngineVersion,
    parameterGroup: cluster.CacheParameterGroup?.CacheParameterGroupName,
    parameterApplyStatus: cluster.CacheParameterGroup?.ParameterApplyStatus,
    maintenanceWindow: cluster.PreferredMaintenanceWindow,
  }),
});
