import type { CacheCluster, ReplicationGroup as ReplicationGroupDescription } from '@aws-sdk/client-elasticache';
import { ElastiCacheError } from './errors.ts';
import { type PageRequest, page } from './paging.ts';
import type { ReplicationGroup } from './replication-group.ts';

export interface DescribeReplicationGroupsInput extends PageRequest {
  ReplicationGroupId?: string;
}

export interface DescribeCacheClustersInput extends PageRequest {
  CacheClusterId?: string;
  /** Without it the answer has no CacheNodes. */
  ShowCacheNodeInfo?: boolean;
  ShowCacheClustersNotInReplicationGroups?: boolean;
}

/** How old the answer about a group is to be. */
type Age = (group: ReplicationGroup) => number;

/** @throws {ElastiCacheError} InvalidParameterValue, InvalidParameterCombination */
export const describeReplicationGroups = (
  groups: readonly ReplicationGroup[],
  input: DescribeReplicationGroupsInput,
  ageMs: Age,
): { Marker?: string; ReplicationGroups: ReplicationGroupDescription[] } => {
  const scope = `groups/${input.ReplicationGroupId ?? ''}`;
  const { items, ...marker } = page(groups, { request: input, scope, keyOf: (group) => group.id });
  return { ...marker, ReplicationGroups: items.map((group) => group.asOf(ageMs(group)).group) };
};

/** @throws {ElastiCacheError} CacheClusterNotFound, InvalidParameterValue, InvalidParameterCombination */
export const describeCacheClusters = (
  groups: readonly ReplicationGroup[],
  input: DescribeCacheClustersInput,
  ageMs: Age,
): { Marker?: string; CacheClusters: CacheCluster[] } => {
  const id = input.CacheClusterId?.toLowerCase();
  const all = groups.flatMap((group) => group.asOf(ageMs(group)).clusters);
  const asked = id === undefined ? all : all.filter((cluster) => cluster.CacheClusterId === id);
  if (id !== undefined && asked.length === 0) {
    throw new ElastiCacheError('CacheClusterNotFound', `CacheCluster not found: ${id}`);
  }
  // Every cluster here is a member of a replication group.
  const shown = input.ShowCacheClustersNotInReplicationGroups === true ? [] : asked;
  const scope = `clusters/${id ?? ''}`;
  const { items, ...marker } = page(shown, {
    request: input,
    scope,
    keyOf: (cluster) => cluster.CacheClusterId as string,
  });
  return { ...marker, CacheClusters: items.map(input.ShowCacheNodeInfo === true ? same : withoutNodes) };
};

const same = (cluster: CacheCluster): CacheCluster => cluster;

const withoutNodes = ({ CacheNodes: _, ...cluster }: CacheCluster): CacheCluster => cluster;
