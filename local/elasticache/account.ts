/**
 * What the account holds beside its replication groups, as far as CreateReplicationGroup asks for it. Each member exists so
 * that the errors which CreateReplicationGroup documents can be met; all can be changed at run time.
 */
export interface Account {
  /** Subnet groups by name, with the network types that their subnets have. */
  subnetGroups: Record<string, readonly ('ipv4' | 'ipv6' | 'dual_stack')[]>;
  /** User groups by id, with their status. Only an `active` one can be used. */
  userGroups: Record<string, string>;
  /** Global datastores by id, with their status. */
  globalReplicationGroups: Record<string, string>;
  /** Parameter groups of the customer's own, by name: the values that differ from the engine's default group. */
  parameterGroups: Record<string, Readonly<Record<string, string>>>;
  /** Node types of which there is no capacity left. */
  exhaustedNodeTypes: readonly string[];
  /** Clusters (a replication group's node group counts as one) in the account. */
  clusterQuota: number;
  nodeQuota: number;
  nodesPerClusterQuota: number;
  nodeGroupsPerReplicationGroupQuota: number;
  tagsPerResourceQuota: number;
}

/** AWS's own quotas are 300 nodes an account and 5 replicas a node group; here the machine is the limit. */
export const defaultAccount = (): Account => ({
  subnetGroups: { default: ['ipv4'] },
  userGroups: {},
  globalReplicationGroups: {},
  parameterGroups: {},
  exhaustedNodeTypes: [],
  clusterQuota: Number.POSITIVE_INFINITY,
  nodeQuota: Number.POSITIVE_INFINITY,
  nodesPerClusterQuota: Number.POSITIVE_INFINITY,
  nodeGroupsPerReplicationGroupQuota: 90,
  tagsPerResourceQuota: 50,
});
