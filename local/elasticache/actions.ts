import type { Fields } from './form.ts';
import type { ElastiCache } from './service.ts';

interface Action {
  readonly fields: Fields;
  readonly run: (service: ElastiCache, input: never) => Promise<object>;
}

/** Ties an action's parameters to the service; the parameters have been read by `fields`, which is what makes them fit `Input`. */
const action = <Input>(
  fields: { readonly [Name in keyof Required<Input> & string]: Fields[string] },
  run: (service: ElastiCache, input: Input) => Promise<object>,
): Action => ({ fields, run });

const PAGE = { MaxRecords: 'integer', Marker: 'string' } as const;

const MIGRATION = {
  ReplicationGroupId: 'string',
  CustomerNodeEndpointList: { list: 'member', of: { Address: 'string', Port: 'integer' } },
} as const;

type InputOf<Method extends keyof ElastiCache> = ElastiCache[Method] extends (input: infer Input) => unknown
  ? NonNullable<Input>
  : never;

/** CreateReplicationGroup knows more parameters than these; which of them are refused, and why, is for the service to say. */
const CREATE: Fields = {
  ReplicationGroupId: 'string',
  ReplicationGroupDescription: 'string',
  GlobalReplicationGroupId: 'string',
  PrimaryClusterId: 'string',
  AutomaticFailoverEnabled: 'boolean',
  MultiAZEnabled: 'boolean',
  NumCacheClusters: 'integer',
  PreferredCacheClusterAZs: { list: 'AvailabilityZone', of: 'string' },
  NumNodeGroups: 'integer',
  ReplicasPerNodeGroup: 'integer',
  CacheNodeType: 'string',
  Engine: 'string',
  EngineVersion: 'string',
  CacheParameterGroupName: 'string',
  CacheSubnetGroupName: 'string',
  CacheSecurityGroupNames: { list: 'CacheSecurityGroupName', of: 'string' },
  Tags: { list: 'Tag', of: { Key: 'string', Value: 'string' } },
  Port: 'integer',
  SnapshotName: 'string',
  SnapshotRetentionLimit: 'integer',
  SnapshotWindow: 'string',
  AuthToken: 'string',
  TransitEncryptionEnabled: 'boolean',
  TransitEncryptionMode: 'string',
  AtRestEncryptionEnabled: 'boolean',
  UserGroupIds: { list: 'member', of: 'string' },
  DataTieringEnabled: 'boolean',
  NetworkType: 'string',
  ClusterMode: 'string',
};

export const actions: Readonly<Record<string, Action>> = {
  CreateReplicationGroup: { fields: CREATE, run: (service, input) => service.createReplicationGroup(input) },
  DeleteReplicationGroup: action<InputOf<'deleteReplicationGroup'>>(
    { ReplicationGroupId: 'string', RetainPrimaryCluster: 'boolean', FinalSnapshotIdentifier: 'string' },
    (service, input) => service.deleteReplicationGroup(input),
  ),
  TestMigration: action<InputOf<'testMigration'>>(MIGRATION, (service, input) => service.testMigration(input)),
  StartMigration: action<InputOf<'startMigration'>>(MIGRATION, (service, input) => service.startMigration(input)),
  CompleteMigration: action<InputOf<'completeMigration'>>(
    { ReplicationGroupId: 'string', Force: 'boolean' },
    (service, input) => service.completeMigration(input),
  ),
  DescribeReplicationGroups: action<InputOf<'describeReplicationGroups'>>(
    { ReplicationGroupId: 'string', ...PAGE },
    (service, input) => service.describeReplicationGroups(input),
  ),
  DescribeCacheClusters: action<InputOf<'describeCacheClusters'>>(
    {
      CacheClusterId: 'string',
      ShowCacheNodeInfo: 'boolean',
      ShowCacheClustersNotInReplicationGroups: 'boolean',
      ...PAGE,
    },
    (service, input) => service.describeCacheClusters(input),
  ),
  DescribeEvents: action<InputOf<'describeEvents'>>(
    {
      SourceIdentifier: 'string',
      SourceType: 'string',
      StartTime: 'timestamp',
      EndTime: 'timestamp',
      Duration: 'integer',
      ...PAGE,
    },
    (service, input) => service.describeEvents(input),
  ),
  DescribeCacheParameters: action<InputOf<'describeCacheParameters'>>(
    { CacheParameterGroupName: 'string', Source: 'string', ...PAGE },
    (service, input) => service.describeCacheParameters(input),
  ),
};
