import type { NodeGroup, ReplicationGroup as WireGroup } from '@aws-sdk/client-elasticache';
import type { ReplicationGroup } from '../replication/ports.ts';
import type { ShardNode } from '../replication/shard-link.ts';

/** The group as the API describes it, as far as a migration needs it. `migrating` is a value that no model lists. */
export const toReplicationGroup = (replicationGroupId: string, group: WireGroup): ReplicationGroup => ({
  replicationGroupId,
  status: group.Status ?? 'unknown',
  clusterEnabled: group.ClusterEnabled ?? false,
  nodeGroups: (group.NodeGroups ?? []).map((nodeGroup) => ({
    nodeGroupId: nodeGroup.NodeGroupId ?? '0001',
    nodes: nodesOf(nodeGroup),
  })),
});

/** ReadEndpoint and CurrentRole are there with cluster mode disabled, which is what is migrated. */
const nodesOf = ({ NodeGroupMembers = [] }: NodeGroup): ShardNode[] =>
  NodeGroupMembers.flatMap(({ CacheClusterId, ReadEndpoint, CurrentRole }) =>
    CacheClusterId && ReadEndpoint?.Address && ReadEndpoint.Port
      ? [
          {
            cacheClusterId: CacheClusterId,
            endpoint: { address: ReadEndpoint.Address, port: ReadEndpoint.Port },
            role: CurrentRole === 'primary' ? ('primary' as const) : ('replica' as const),
          },
        ]
      : [],
  );
