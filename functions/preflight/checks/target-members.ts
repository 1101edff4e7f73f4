import { check, page } from '../check.ts';
import type { TargetCluster, TargetGroup } from '../facts.ts';
import { listed, shellWord, shown } from '../text.ts';
import { UnreadableFieldError } from '../unreadable.ts';
import { waitForGroup } from './remedies.ts';

const COMPLETE = page('AWS, Migration-Complete: a node under replacement fails it', 'Migration-Complete.html');

/** Whether the members of the group are at rest. */
export const TARGET_MEMBERS_CHECKS = [
  check({
    id: 'target-node-not-available',
    title: 'A node of the replication group is not available.',
    required: 'Every cluster and node of the group `available`: none is created, replaced or rebooted.',
    because: COMPLETE,
    needs: ['group', 'clusters'],
    rule: ({ group, clusters }) => {
      // A group that is not available is a finding of its own, and its members then follow it.
      if (group.status !== 'available') return undefined;
      const busy = clusters.filter(isBusy);
      const lost = lostMembers(group, clusters);
      if (busy.length + lost.length === 0) return undefined;
      return {
        found: `${listed([...busy.map(inWords), ...lost.map(({ why }) => why)])}.`,
        remedy: [...new Set([...busy, ...lost].map(({ cacheClusterId }) => cacheClusterId))].map(
          (id) => `aws elasticache wait cache-cluster-available --cache-cluster-id ${shellWord(id)}`,
        ),
      };
    },
  }),
  check({
    id: 'target-pending-changes',
    title: 'The replication group has changes that are not applied yet.',
    required: 'No PendingModifiedValues: they may be applied in the middle of the migration.',
    because: COMPLETE,
    needs: ['group'],
    rule: ({ group }, circumstances) =>
      group.pendingChanges.length === 0
        ? undefined
        : {
            found: `Pending: ${listed(group.pendingChanges.map((name) => shown(name)))}.`,
            remedy: [
              `aws elasticache modify-replication-group --replication-group-id ${circumstances.replicationGroupId} --apply-immediately`,
              waitForGroup(circumstances),
            ],
          },
  }),
  check({
    id: 'target-parameters-pending',
    title: 'Nodes of the replication group do not run with their parameter group yet.',
    required: 'ParameterApplyStatus `in-sync` on every cluster: else what the checks read is not what is in force.',
    because: page('AWS, ParameterGroups', 'ParameterGroups.html'),
    needs: ['clusters'],
    rule: ({ clusters }) => {
      const pending = clusters.filter((cluster) => applyStatus(cluster) !== 'in-sync');
      return pending.length === 0
        ? undefined
        : {
            found: `${listed(pending.map((cluster) => `${cluster.cacheClusterId} is \`${shown(applyStatus(cluster))}\``))}.`,
            remedy: pending.map(
              ({ cacheClusterId }) =>
                `aws elasticache reboot-cache-cluster --cache-cluster-id ${shellWord(cacheClusterId)} --cache-node-ids-to-reboot 0001`,
            ),
          };
    },
  }),
];

/** Members that the group names, and that show no node in it or no cluster: they are made or taken away. */
const lostMembers = (
  { nodes, memberClusters = [] }: TargetGroup,
  clusters: readonly TargetCluster[],
): { cacheClusterId: string; why: string }[] => {
  const withNode = nodes.map(({ cacheClusterId }) => cacheClusterId);
  return [...new Set([...withNode, ...memberClusters])].flatMap((cacheClusterId) => {
    if (!withNode.includes(cacheClusterId))
      return [{ cacheClusterId, why: `${shown(cacheClusterId)} is a member without a node in the group` }];
    return clusters.some((one) => one.cacheClusterId === cacheClusterId)
      ? []
      : [{ cacheClusterId, why: `${shown(cacheClusterId)} is not described` }];
  });
};

/** @throws {UnreadableFieldError} a cluster that is available shows no node */
const isBusy = ({ cacheClusterId, status, nodeStatuses }: TargetCluster): boolean => {
  if (status === 'available' && nodeStatuses.length === 0)
    throw new UnreadableFieldError('clusters', `${cacheClusterId} shows no CacheNodes`);
  return status !== 'available' || nodeStatuses.some((one) => one !== 'available');
};

const inWords = ({ cacheClusterId, status, nodeStatuses }: TargetCluster): string =>
  `${cacheClusterId} is \`${shown(status)}\`, its node \`${shown(nodeStatuses.join(', '))}\``;

/** @throws {UnreadableFieldError} it is not told */
const applyStatus = ({ cacheClusterId, parameterApplyStatus }: TargetCluster): string => {
  if (parameterApplyStatus === undefined)
    throw new UnreadableFieldError('clusters', `${cacheClusterId} has no ParameterApplyStatus`);
  return parameterApplyStatus;
};
