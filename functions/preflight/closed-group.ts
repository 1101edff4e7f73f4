import type { CheckId } from '../migration/preflight.ts';
import type { FactValues, TargetGroup } from './facts.ts';
import { listed } from './text.ts';

/** The check that says why nodes may answer nothing in clear and without a password; undefined when they have to answer. */
export const closingCheck = (group: TargetGroup): CheckId | undefined => {
  if (group.transitEncryptionEnabled) return 'target-transit-encryption';
  return group.authTokenEnabled || group.userGroupIds.length > 0 ? 'target-auth' : undefined;
};

/** What the finding of such a group adds when its nodes did not answer; empty when they did. */
export const unreadNodesText = (nodes: FactValues['nodes'] | undefined): string =>
  nodes === undefined || nodes.unread.length === 0
    ? ''
    : ` Not read, for they did not answer in clear and without a password: ${listed(nodes.unread.map(({ cacheClusterId }) => cacheClusterId))}. What depends on them was not checked.`;
