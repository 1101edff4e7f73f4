import { check, modifyGroup, PREPARE, page } from '../check.ts';
import { unreadNodesText } from '../closed-group.ts';
import { isAtLeast, versionIn } from '../engine.ts';
import type { Circumstances, TargetCluster, TargetGroup } from '../facts.ts';
import { listed, shellWord, shown } from '../text.ts';
import { UnreadableFieldError } from '../unreadable.ts';
import { makeGroup, waitForGroup } from './remedies.ts';

/** AWS, Migration-Prepare: for cluster mode disabled. Valkey of any version will do. */
const OLDEST_REDIS = '5.0.5';

/** What kind of replication group AWS migrates into. */
export const TARGET_KIND_CHECKS = [
  check({
    id: 'target-engine-version',
    title: 'The engine of the replication group is too old for online migration.',
    required: `Valkey, or Redis OSS ${OLDEST_REDIS} or later.`,
    because: PREPARE,
    needs: ['group', 'clusters'],
    rule: ({ group, clusters }, circumstances) => {
      const wrong = clusters.filter((cluster) => !isMigratable(cluster, group));
      if (wrong.length === 0) return undefined;
      const seen = wrong.map(
        (cluster) =>
          `${cluster.cacheClusterId} runs ${shown(engineName(cluster, group))} ${shown(cluster.engineVersion ?? '')}`,
      );
      return {
        found: `${listed(seen)}.`,
        remedy: [modifyGroup(circumstances, '--engine-version 7.1', '--cache-parameter-group-name default.redis7')],
      };
    },
  }),
  check({
    id: 'target-transit-encryption',
    title: 'The replication group has encryption in transit enabled.',
    required:
      'Encryption in transit disabled: the nodes replicate from the source in clear. Encryption at rest is fine.',
    because: PREPARE,
    needs: ['group'],
    mayUse: ['nodes'],
    rule: ({ group, nodes }, circumstances) => {
      const { transitEncryptionEnabled: enabled, transitEncryptionMode: mode } = group;
      if (!enabled && mode === undefined) return undefined;
      return {
        found: `TransitEncryptionEnabled is ${enabled}, TransitEncryptionMode ${shown(mode ?? 'not told')}.${unreadNodesText(nodes)}`,
        remedy: [
          ...(mode === 'preferred'
            ? []
            : [
                modifyGroup(circumstances, '--transit-encryption-enabled', '--transit-encryption-mode preferred'),
                waitForGroup(circumstances),
              ]),
          modifyGroup(circumstances, '--no-transit-encryption-enabled'),
        ],
      };
    },
  }),
  check({
    id: 'target-auth',
    title: 'The replication group asks its clients for a password or a user.',
    required: 'No AUTH token and no user group. A token goes only with the group: make one without.',
    because: page('AWS, Migration-Console', 'Migration-Console.html'),
    needs: ['group'],
    mayUse: ['nodes'],
    rule: ({ group, nodes }, circumstances) => {
      const { authTokenEnabled: token, userGroupIds: users } = group;
      if (!token && users.length === 0) return undefined;
      return {
        found: `AuthTokenEnabled is ${token}; user groups: ${listed(users.map((id) => shown(id))) || 'none'}.${unreadNodesText(nodes)}`,
        remedy: [
          ...(users.length > 0 ? [modifyGroup(circumstances, '--remove-user-groups')] : []),
          ...(token ? [makeGroup(circumstances, group)] : []),
        ],
      };
    },
  }),
  check({
    id: 'target-multi-az',
    title: 'The replication group does not have Multi-AZ enabled.',
    required: 'Multi-AZ enabled, with at least one replica.',
    because: PREPARE,
    needs: ['group'],
    rule: ({ group }, circumstances) =>
      group.multiAz === 'enabled'
        ? undefined
        : {
            found: `MultiAZ is \`${shown(group.multiAz ?? 'not told')}\`; the group has ${nodeCount(group)}.`,
            remedy: [
              ...replicaFirst(group, circumstances),
              modifyGroup(circumstances, '--multi-az-enabled', '--automatic-failover-enabled'),
            ],
          },
  }),
  check({
    id: 'target-automatic-failover',
    title: 'The replication group does not have automatic failover enabled.',
    required: 'Automatic failover `enabled`, not on its way there or back. Multi-AZ needs it.',
    because: PREPARE,
    needs: ['group'],
    rule: ({ group }, circumstances) =>
      group.automaticFailover === 'enabled'
        ? undefined
        : {
            found: `AutomaticFailover is \`${shown(group.automaticFailover ?? 'not told')}\`; the group has ${nodeCount(group)}.`,
            remedy:
              group.automaticFailover === 'enabling'
                ? [waitForGroup(circumstances)]
                : [...replicaFirst(group, circumstances), modifyGroup(circumstances, '--automatic-failover-enabled')],
          },
  }),
  check({
    id: 'target-global-datastore',
    title: 'The replication group is part of a global datastore.',
    required: 'A replication group that is in no global datastore.',
    because: PREPARE,
    needs: ['group'],
    rule: ({ group: { globalReplicationGroupId: id } }, { replicationGroupId }) =>
      id === undefined || id === ''
        ? undefined
        : {
            found: `It belongs to ${shown(id)}.`,
            remedy: [
              `aws elasticache disassociate-global-replication-group --global-replication-group-id ${shellWord(id)} --replication-group-id ${replicationGroupId} --replication-group-region "$AWS_REGION"`,
            ],
          },
  }),
  check({
    id: 'target-data-tiering',
    title: 'The replication group has data tiering.',
    required: 'Data tiering disabled, and nodes of another family than r6gd.',
    because: page('AWS, OnlineMigration', 'OnlineMigration.html'),
    needs: ['group'],
    rule: ({ group }, circumstances) =>
      group.dataTiering === 'enabled' || group.cacheNodeType?.startsWith('cache.r6gd.')
        ? {
            found: `DataTiering is \`${shown(group.dataTiering ?? 'not told')}\`, the node type ${shown(group.cacheNodeType ?? 'not told')}.`,
            remedy: [makeGroup(circumstances, group)],
          }
        : undefined,
  }),
  check({
    id: 'target-local-zone',
    title: 'Nodes of the replication group are in a Local Zone.',
    required: 'Every node in an Availability Zone of the Region itself.',
    because: page('AWS, Local_zones', 'Local_zones.html'),
    needs: ['group'],
    rule: ({ group }, circumstances) => {
      const there = group.nodes.filter(({ availabilityZone }) => isOutsideRegion(availabilityZone ?? ''));
      return there.length === 0
        ? undefined
        : {
            found: `${listed(there.map((node) => `${node.cacheClusterId} is in ${shown(node.availabilityZone ?? '')}`))}.`,
            remedy: [makeGroup(circumstances, group)],
          };
    },
  }),
];

const engineName = (cluster: TargetCluster, group: TargetGroup): string => cluster.engine ?? group.engine ?? '';

/** @throws {UnreadableFieldError} the cluster has no engine or no version */
const isMigratable = (cluster: TargetCluster, group: TargetGroup): boolean => {
  const engine = engineName(cluster, group);
  if (engine === '') throw new UnreadableFieldError('clusters', `${cluster.cacheClusterId} has no Engine`);
  if (engine === 'valkey') return true;
  const version = versionIn(cluster.engineVersion ?? '');
  if (version === undefined)
    throw new UnreadableFieldError('clusters', `${cluster.cacheClusterId} has no EngineVersion that can be read`);
  return engine === 'redis' && isAtLeast(version, OLDEST_REDIS);
};

const nodeCount = ({ nodes }: TargetGroup): string => (nodes.length === 1 ? '1 node' : `${nodes.length} nodes`);

/** What is modified refuses the next change until it is available again. */
const replicaFirst = ({ nodes }: TargetGroup, circumstances: Circumstances): string[] =>
  nodes.length > 1
    ? []
    : [
        `aws elasticache increase-replica-count --replication-group-id ${circumstances.replicationGroupId} --new-replica-count 1 --apply-immediately`,
        waitForGroup(circumstances),
      ];

/** A zone of the Region itself is its name and a letter (`us-west-2a`); others go on with a place (`us-west-2-lax-1a`). */
const isOutsideRegion = (zone: string): boolean => /^[a-z]+(?:-[a-z]+)+-\d+-/.test(zone);
