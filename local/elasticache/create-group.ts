import type { CreateReplicationGroupCommandInput as Input } from '@aws-sdk/client-elasticache';
import type { RedisServer } from '../redis/server.ts';
import type { Account } from './account.ts';
import { ElastiCacheError, invalidCombination, invalidValue } from './errors.ts';
import { parameterValues } from './parameters.ts';
import type { GroupOptions, ReplicationGroup } from './replication-group.ts';

/** What a check has to know beside the request. */
export interface Scene {
  account: Account;
  groups: readonly ReplicationGroup[];
  server: RedisServer;
}

type CreateInput = Partial<Input>;

/**
 * From the parameters of CreateReplicationGroup to a group's options.
 * @throws {ElastiCacheError} each of the errors that CreateReplicationGroup documents
 */
export const groupOptions = (id: string, input: CreateInput, scene: Scene): GroupOptions => {
  const nodes = nodeCount(input);
  for (const check of [refuseUnsupported, checkReferences, checkPlacement]) check(input, scene);
  checkQuotas(input, scene, nodes);
  checkFailover(input, nodes);
  return {
    id,
    replicas: nodes - 1,
    ...(input.PreferredCacheClusterAZs === undefined ? {} : { availabilityZones: input.PreferredCacheClusterAZs }),
    ...(input.CacheParameterGroupName === undefined ? {} : { parameterGroup: input.CacheParameterGroupName }),
    description: {
      ...(input.ReplicationGroupDescription === undefined ? {} : { Description: input.ReplicationGroupDescription }),
      AutomaticFailover: input.AutomaticFailoverEnabled === true ? 'enabled' : 'disabled',
      MultiAZ: input.MultiAZEnabled === true ? 'enabled' : 'disabled',
      SnapshotRetentionLimit: input.SnapshotRetentionLimit ?? 0,
      AtRestEncryptionEnabled: input.AtRestEncryptionEnabled ?? false,
      ...(input.SnapshotWindow === undefined ? {} : { SnapshotWindow: input.SnapshotWindow }),
      ...(input.CacheNodeType === undefined ? {} : { CacheNodeType: input.CacheNodeType }),
      ...(input.DataTieringEnabled === true ? { DataTiering: 'enabled' } : {}),
    },
  };
};

const nodeCount = ({ NumCacheClusters, NumNodeGroups, ReplicasPerNodeGroup }: CreateInput): number => {
  if (NumCacheClusters !== undefined && (ReplicasPerNodeGroup !== undefined || (NumNodeGroups ?? 1) > 1)) {
    throw invalidCombination('NumCacheClusters cannot be combined with ReplicasPerNodeGroup or several node groups.');
  }
  const nodes = NumCacheClusters ?? (ReplicasPerNodeGroup ?? 0) + 1;
  if (!Number.isInteger(nodes) || nodes < 1) throw invalidValue(`A node group needs at least one node, not ${nodes}.`);
  return nodes;
};

const checkReferences = (input: CreateInput, { account, groups }: Scene): void => {
  if (input.PrimaryClusterId !== undefined) {
    const owner = groups.find((group) => group.memberIds.includes(input.PrimaryClusterId as string));
    if (owner === undefined)
      throw new ElastiCacheError('CacheClusterNotFound', `CacheCluster not found: ${input.PrimaryClusterId}`);
    throw new ElastiCacheError(
      'InvalidCacheClusterState',
      `Cache cluster ${input.PrimaryClusterId} already belongs to replication group ${owner.id}.`,
    );
  }
  if (input.CacheParameterGroupName !== undefined) parameterValues(input.CacheParameterGroupName, account);
  const [securityGroup] = input.CacheSecurityGroupNames ?? [];
  if (securityGroup !== undefined) {
    throw new ElastiCacheError('CacheSecurityGroupNotFound', `CacheSecurityGroup not found: ${securityGroup}`);
  }
  for (const id of input.UserGroupIds ?? []) {
    const status = account.userGroups[id];
    if (status === undefined) throw new ElastiCacheError('UserGroupNotFound', `UserGroup not found: ${id}`);
    if (status !== 'active') throw new ElastiCacheError('InvalidUserGroupState', `User group ${id} is ${status}.`);
    throw invalidCombination('User groups need TransitEncryptionEnabled, which is not supported here.');
  }
  const global = input.GlobalReplicationGroupId;
  if (global === undefined) return;
  const status = account.globalReplicationGroups[global];
  if (status === undefined) {
    throw new ElastiCacheError('GlobalReplicationGroupNotFoundFault', `GlobalReplicationGroup not found: ${global}`);
  }
  if (status !== 'available') {
    throw new ElastiCacheError('InvalidGlobalReplicationGroupState', `Global datastore ${global} is ${status}.`);
  }
  throw invalidCombination('GlobalReplicationGroupId is not supported here.');
};

const checkPlacement = (input: CreateInput, { account, server }: Scene): void => {
  const subnetGroup = input.CacheSubnetGroupName ?? 'default';
  const networks = account.subnetGroups[subnetGroup];
  if (networks === undefined) {
    throw new ElastiCacheError('CacheSubnetGroupNotFoundFault', `Cache Subnet Group ${subnetGroup} does not exist.`);
  }
  const network = input.NetworkType ?? 'ipv4';
  if (!networks.includes(network)) {
    throw new ElastiCacheError(
      'InvalidVPCNetworkStateFault',
      `Subnet group ${subnetGroup} does not support ${network}.`,
    );
  }
  if (network !== 'ipv4') throw invalidCombination(`NetworkType ${network} is not supported here.`);
  if (input.CacheNodeType !== undefined && account.exhaustedNodeTypes.includes(input.CacheNodeType)) {
    throw new ElastiCacheError('InsufficientCacheClusterCapacity', `No capacity is left for ${input.CacheNodeType}.`);
  }
  const engine = input.Engine ?? server.flavour;
  const version = input.EngineVersion ?? server.version;
  if (engine !== server.flavour || !`${server.version}.`.startsWith(`${version}.`)) {
    throw invalidCombination(
      `Cannot find version ${version} for ${engine}: ${server.flavour} ${server.version} runs here.`,
    );
  }
};

const checkQuotas = (input: CreateInput, { account, groups }: Scene, nodes: number): void => {
  const allNodes = groups.reduce((sum, group) => sum + group.memberIds.length, 0) + nodes;
  const quotas = [
    [
      (input.NumNodeGroups ?? 1) > account.nodeGroupsPerReplicationGroupQuota,
      'NodeGroupsPerReplicationGroupQuotaExceeded',
    ],
    [nodes > account.nodesPerClusterQuota, 'NodeQuotaForClusterExceeded'],
    [allNodes > account.nodeQuota, 'NodeQuotaForCustomerExceeded'],
    [groups.length + 1 > account.clusterQuota, 'ClusterQuotaForCustomerExceeded'],
    [(input.Tags?.length ?? 0) > account.tagsPerResourceQuota, 'TagQuotaPerResourceExceeded'],
  ] as const;
  for (const [exceeded, code] of quotas) {
    if (exceeded) throw new ElastiCacheError(code, 'The request would exceed the quota.');
  }
  if ((input.NumNodeGroups ?? 1) > 1) {
    throw invalidCombination('Cluster mode enabled (NumNodeGroups above 1) is not supported here.');
  }
};

const checkFailover = (input: CreateInput, nodes: number): void => {
  if (input.AutomaticFailoverEnabled === true && nodes < 2) {
    throw invalidCombination('Automatic failover needs at least one replica.');
  }
  if (input.MultiAZEnabled === true && input.AutomaticFailoverEnabled !== true) {
    throw invalidCombination('Multi-AZ needs automatic failover.');
  }
};

const refuseUnsupported = (input: CreateInput): void => {
  const asked: [boolean, string][] = [
    [input.ClusterMode !== undefined && input.ClusterMode !== 'disabled', `ClusterMode ${input.ClusterMode}`],
    [input.NodeGroupConfiguration !== undefined, 'NodeGroupConfiguration'],
    [input.TransitEncryptionEnabled === true, 'TransitEncryptionEnabled'],
    [input.TransitEncryptionMode !== undefined, 'TransitEncryptionMode'],
    [input.AuthToken !== undefined, 'AuthToken'],
    [input.Port !== undefined, 'Port (each node here has a port of its own)'],
    [input.SnapshotArns !== undefined || input.SnapshotName !== undefined, 'restoring a snapshot'],
  ];
  for (const [is, what] of asked) {
    if (is) throw invalidCombination(`${what} is not supported here.`);
  }
};
