import {
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  DescribeReplicationGroupsCommand,
} from '@aws-sdk/client-elasticache';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultAccount } from '../../../local/elasticache/account.ts';
import { refusal, type Scene, setScene } from './harness.ts';

let scene: Scene;

beforeAll(async () => {
  scene = await setScene();
  await scene.service.createGroup({ id: 'test', replicas: 1 });
});

afterAll(() => scene.end());

afterEach(() => {
  Object.assign(scene.service.account, defaultAccount());
});

describe('CreateReplicationGroup refuses', () => {
  const create = (input: Partial<CreateReplicationGroupCommandInput>) =>
    refusal(
      scene.client.send(
        new CreateReplicationGroupCommand({ ReplicationGroupId: 'new', ReplicationGroupDescription: 'new', ...input }),
      ),
    );

  it.each(['', '1st', '-a', 'a-', 'a--b', 'a_b', 'ä', 'a'.repeat(41)])('the id %j', async (id) => {
    expect(await create({ ReplicationGroupId: id })).toMatch(/^(InvalidParameterValue|MissingParameter) 400$/);
  });

  it.each<[string, Partial<CreateReplicationGroupCommandInput>, Partial<ReturnType<typeof defaultAccount>>?]>([
    ['ReplicationGroupAlreadyExists 400', { ReplicationGroupId: 'TEST' }],
    ['MissingParameter 400', { ReplicationGroupDescription: '' }],
    ['CacheClusterNotFound 404', { PrimaryClusterId: 'nobody' }],
    ['InvalidCacheClusterState 400', { PrimaryClusterId: 'test-001' }],
    ['UserGroupNotFound 404', { UserGroupIds: ['nobody'] }],
    ['InvalidUserGroupState 400', { UserGroupIds: ['users'] }, { userGroups: { users: 'creating' } }],
    [
      'InsufficientCacheClusterCapacity 400',
      { CacheNodeType: 'cache.r5.large' },
      { exhaustedNodeTypes: ['cache.r5.large'] },
    ],
    ['CacheSecurityGroupNotFound 404', { CacheSecurityGroupNames: ['classic'] }],
    ['CacheSubnetGroupNotFoundFault 400', { CacheSubnetGroupName: 'nowhere' }],
    ['ClusterQuotaForCustomerExceeded 400', {}, { clusterQuota: 1 }],
    ['NodeQuotaForClusterExceeded 400', { NumCacheClusters: 7 }, { nodesPerClusterQuota: 6 }],
    ['NodeQuotaForCustomerExceeded 400', { NumCacheClusters: 7 }, { nodeQuota: 8 }],
    ['CacheParameterGroupNotFound 404', { CacheParameterGroupName: 'nobody' }],
    ['InvalidVPCNetworkStateFault 400', { NetworkType: 'ipv6' }],
    ['TagQuotaPerResourceExceeded 400', { Tags: Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}`, Value: '' })) }],
    ['NodeGroupsPerReplicationGroupQuotaExceeded 400', { NumNodeGroups: 91 }],
    ['GlobalReplicationGroupNotFoundFault 404', { GlobalReplicationGroupId: 'nobody' }],
    [
      'InvalidGlobalReplicationGroupState 400',
      { GlobalReplicationGroupId: 'g' },
      { globalReplicationGroups: { g: 'deleting' } },
    ],
    ['InvalidParameterValue 400', { NumCacheClusters: 0 }],
    ['InvalidParameterCombination 400', { NumCacheClusters: 2, ReplicasPerNodeGroup: 1 }],
    ['InvalidParameterCombination 400', { NumNodeGroups: 2 }],
    ['InvalidParameterCombination 400', { ClusterMode: 'enabled' }],
    ['InvalidParameterCombination 400', { TransitEncryptionEnabled: true }],
    ['InvalidParameterCombination 400', { MultiAZEnabled: true, NumCacheClusters: 2 }],
    ['InvalidParameterCombination 400', { AutomaticFailoverEnabled: true, NumCacheClusters: 1 }],
    ['InvalidParameterCombination 400', { EngineVersion: '3.2.6' }],
    ['InvalidParameterCombination 400', { KmsKeyId: 'a-parameter-that-is-not-played' }],
  ])('%s: %j', async (expected, input, account = {}) => {
    Object.assign(scene.service.account, account);

    expect(await create({ ...input })).toBe(expected);
    expect(await refusal(scene.client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: 'new' })))).toBe(
      'ReplicationGroupNotFoundFault 404',
    );
  });
});
