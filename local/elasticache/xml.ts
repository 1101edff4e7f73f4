import { create } from 'xmlbuilder2';
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.js';

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

/** The name of all other lists' items. */
const UNNAMED_ITEM = 'member';

/** `<StartMigrationResponse><StartMigrationResult>…`: without the inner element the SDK answers with nothing at all. */
export const answerXml = (action: string, result: object, requestId: string): string => {
  const response = create().ele(NAMESPACE, `${action}Response`);
  write(response.ele(`${action}Result`), result);
  response.ele('ResponseMetadata').ele('RequestId').txt(requestId);
  return response.end({ headless: true });
};

export const errorXml = (code: string, message: string, status: number, requestId: string): string => {
  const response = create().ele(NAMESPACE, 'ErrorResponse');
  write(response.ele('Error'), { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message });
  response.ele('RequestId').txt(requestId);
  return response.end({ headless: true });
};

/** An absent member has no element; an empty structure or list has an empty one, which clients read as `{}` and `[]`. */
const write = (parent: XMLBuilder, members: object): void => {
  for (const [name, value] of Object.entries(members)) {
    if (value === undefined) continue;
    const element = parent.ele(name);
    if (Array.isArray(value)) {
      for (const item of value) writeValue(element.ele(ITEM_NAMES[name] ?? UNNAMED_ITEM), item);
    } else writeValue(element, value);
  }
};

const writeValue = (element: XMLBuilder, value: unknown): void => {
  if (value instanceof Date) element.txt(value.toISOString());
  else if (typeof value === 'object' && value !== null) write(element, value);
  else element.txt(String(value));
};
