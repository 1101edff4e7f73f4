import { check, PREPARE, page } from '../check.ts';
import { closingCheck } from '../closed-group.ts';
import type { TargetNode } from '../facts.ts';
import { endpointText, listed, shellWord, shown } from '../text.ts';
import { textField, UnreadableFieldError } from '../unreadable.ts';
import { makeGroup, showEvents, waitForGroup } from './remedies.ts';

const START = page('AWS, Migration-Initiate', 'Migration-Initiate.html');

/** Statuses that a wait does not end. */
const FOR_GOOD = new Set(['deleting', 'create-failed']);

/** Whether the group is there, free and to be seen. */
export const TARGET_GROUP_CHECKS = [
  check({
    id: 'target-not-found',
    title: 'There is no such replication group.',
    required: 'A replication group of this id in the account and Region of this service.',
    because: {
      text: 'AWS, API_StartMigration',
      url: 'https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_StartMigration.html',
    },
    needs: ['groupPresence'],
    rule: ({ groupPresence }, { replicationGroupId }) =>
      groupPresence === 'absent'
        ? {
            found: `DescribeReplicationGroups knows no ${replicationGroupId}.`,
            remedy: [
              "aws elasticache describe-replication-groups --query 'ReplicationGroups[].ReplicationGroupId' --output text",
            ],
          }
        : undefined,
  }),
  check({
    id: 'target-not-available',
    title: 'The replication group is not available.',
    required: 'Status `available`.',
    because: page('AWS, Migration-Console', 'Migration-Console.html'),
    needs: ['group'],
    rule: ({ group }, circumstances) =>
      group.status === 'available' || group.status === 'migrating'
        ? undefined
        : {
            found: `Its status is \`${shown(group.status)}\`.`,
            remedy: FOR_GOOD.has(group.status) ? [showEvents(circumstances)] : [waitForGroup(circumstances)],
          },
  }),
  check({
    id: 'target-under-migration',
    title: 'Somebody else migrates into the replication group.',
    required: 'A replication group that no online migration runs on.',
    because: START,
    needs: ['group'],
    rule: ({ group }, circumstances) =>
      group.status === 'migrating'
        ? {
            found: 'Its status is `migrating`, and this service did not start that migration.',
            remedy: [showEvents(circumstances), waitForGroup(circumstances)],
          }
        : undefined,
  }),
  check({
    id: 'target-already-replicating',
    title: 'The primary of the replication group replicates from another server.',
    required: 'A primary that follows nobody.',
    because: START,
    needs: ['group', 'nodes'],
    rule: ({ group, nodes }, circumstances) => {
      if (group.status === 'migrating') return undefined;
      const following = nodes.read.filter((node) => node.role === 'primary' && isReplica(node));
      return following.length === 0
        ? undefined
        : {
            found: `${listed(following.map(whomItFollows))}, while the group is \`${shown(group.status)}\`.`,
            remedy: [showEvents(circumstances)],
          };
    },
  }),
  check({
    id: 'target-cluster-mode',
    title: 'The replication group has cluster mode enabled.',
    required: 'A replication group with cluster mode disabled: this service does not migrate the other kind yet.',
    because: { ...PREPARE, text: 'AWS, Migration-Prepare: its rules for the two modes differ' },
    needs: ['group'],
    rule: ({ group }, circumstances) =>
      group.clusterEnabled || group.clusterMode === 'enabled'
        ? {
            found: `ClusterEnabled is ${group.clusterEnabled}, ClusterMode ${shown(group.clusterMode ?? 'not told')}.`,
            remedy: [makeGroup(circumstances, group)],
          }
        : undefined,
  }),
  check({
    id: 'target-unreachable',
    title: 'Nodes of the replication group cannot be reached from here.',
    required:
      "Every node answers INFO to this service, in clear and without a password: the nodes' security group lets the functions' one in.",
    because: page('AWS, accessing a cache in a VPC', 'elasticache-vpc-accessing.html'),
    needs: ['nodes'],
    mayUse: ['group'],
    rule: ({ nodes, group }) => {
      const [first] = nodes.unread;
      // Nodes that ask for TLS or a password answer nobody here: the finding of that blocks, and names them.
      if (first === undefined || (group && closingCheck(group))) return undefined;
      const who = nodes.unread.map((node) => `${node.cacheClusterId} at ${endpointText(node.endpoint)}: ${node.why}`);
      return {
        found: `${listed(who.map((text) => shown(text, 160)))}.`,
        remedy: [
          `aws elasticache describe-cache-clusters --cache-cluster-id ${shellWord(first.cacheClusterId)} --query 'CacheClusters[0].SecurityGroups'`,
          `aws ec2 authorize-security-group-ingress --group-id "$NODES_SECURITY_GROUP" --protocol tcp --port ${first.endpoint.port} --source-group "$FUNCTIONS_SECURITY_GROUP"`,
        ],
      };
    },
  }),
];

/** @throws {UnreadableFieldError} it has no role */
const isReplica = ({ info }: TargetNode): boolean => {
  const role = textField(info, 'role', 'nodes');
  if (role !== 'master' && role !== 'slave')
    throw new UnreadableFieldError('nodes', `its role is ${JSON.stringify(shown(role, 40))}`);
  return role === 'slave';
};

const whomItFollows = ({ cacheClusterId, info }: TargetNode): string =>
  `${cacheClusterId} is a replica of ${shown(info.get('master_host') ?? 'somebody')}:${shown(info.get('master_port') ?? '?')}`;
