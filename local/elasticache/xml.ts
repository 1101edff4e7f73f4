import { queryXml } from '../endpoint/query-xml.ts';

const NAMESPACE = 'http://elasticache.amazonaws.com/doc/2015-02-02/';

/** What the items of each list are called on the wire, by the service model. The SDK reads a list of other items as empty. */
const ITEM_NAMES: Readonly<Record<string, string>> = {
  CacheClusters: 'CacheCluster',
  CacheNodeIdsToReboot: 'CacheNodeId',
  CacheNodeIdsToRemove: 'CacheNodeId',
  CacheNodes: 'CacheNode',
  CacheNodeTypeSpecificParameters: 'CacheNodeTypeSpecificParameter',
  CacheNodeTypeSpecificValues: 'CacheNodeTypeSpecificValue',
  CacheSecurityGroups: 'CacheSecurityGroup',
  Events: 'Event',
  LogDeliveryConfigurations: 'LogDeliveryConfiguration',
  MemberClusters: 'ClusterId',
  MemberClustersOutpostArns: 'ReplicationGroupOutpostArn',
  NodeGroupMembers: 'NodeGroupMember',
  NodeGroups: 'NodeGroup',
  Parameters: 'Parameter',
  ReplicationGroups: 'ReplicationGroup',
};

export const { answerXml, errorXml } = queryXml(NAMESPACE, ITEM_NAMES);
