/** HTTP status by wire code, as the service model of ElastiCache (API version 2015-02-02) and AWS's common query errors have them. */
const STATUS = {
  AccessDenied: 403,
  APICallRateForCustomerExceeded: 400,
  CacheClusterNotFound: 404,
  CacheParameterGroupNotFound: 404,
  CacheSecurityGroupNotFound: 404,
  // The model says 400 here, not 404.
  CacheSubnetGroupNotFoundFault: 400,
  ClusterQuotaForCustomerExceeded: 400,
  GlobalReplicationGroupNotFoundFault: 404,
  InsufficientCacheClusterCapacity: 400,
  InternalFailure: 500,
  InvalidAction: 400,
  InvalidCacheClusterState: 400,
  InvalidGlobalReplicationGroupState: 400,
  InvalidParameterCombination: 400,
  InvalidParameterValue: 400,
  InvalidReplicationGroupState: 400,
  InvalidUserGroupState: 400,
  InvalidVPCNetworkStateFault: 400,
  MissingAction: 400,
  MissingParameter: 400,
  NodeGroupsPerReplicationGroupQuotaExceeded: 400,
  NodeQuotaForClusterExceeded: 400,
  NodeQuotaForCustomerExceeded: 400,
  ReplicationGroupAlreadyExists: 400,
  ReplicationGroupAlreadyUnderMigrationFault: 400,
  ReplicationGroupNotFoundFault: 404,
  ReplicationGroupNotUnderMigrationFault: 400,
  ServiceUnavailable: 503,
  SnapshotFeatureNotSupportedFault: 400,
  TagQuotaPerResourceExceeded: 400,
  Throttling: 400,
  UserGroupNotFound: 404,
} as const;

export type ElastiCacheErrorCode = keyof typeof STATUS;

/**
 * A refusal as the API words it. `code` is the code on the wire, which is not always the name of the SDK's class:
 * `InvalidReplicationGroupState` there is `InvalidReplicationGroupStateFault` here.
 */
export class ElastiCacheError extends Error {
  override readonly name = 'ElastiCacheError' as const;
  readonly code: ElastiCacheErrorCode;
  readonly status: number;

  constructor(code: ElastiCacheErrorCode, message: string) {
    super(message);
    this.code = code;
    this.status = STATUS[code];
  }
}

export const groupNotFound = (id: string): ElastiCacheError =>
  new ElastiCacheError('ReplicationGroupNotFoundFault', `ReplicationGroup ${id} not found.`);

export const invalidValue = (message: string): ElastiCacheError =>
  new ElastiCacheError('InvalidParameterValue', message);

export const invalidCombination = (message: string): ElastiCacheError =>
  new ElastiCacheError('InvalidParameterCombination', message);
