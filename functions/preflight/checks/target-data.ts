import { check, measured, onServer, page } from '../check.ts';
import type { ClientLine, TargetNode } from '../facts.ts';
import { keysIn, keyspaceOf } from '../keyspace.ts';
import { listed, shown } from '../text.ts';

/** Who loses something when the migration starts. */
export const TARGET_DATA_CHECKS = [
  check({
    id: 'target-holds-data',
    title: 'The replication group holds data, and the migration erases it.',
    required: 'An empty replication group; or the waiver `target-holds-data`, once what it holds may go.',
    because: {
      text: 'Valkey, replication: a replica deletes its dataset before it loads the one of its primary',
      url: 'https://valkey.io/topics/replication/',
    },
    needs: ['nodes'],
    rule: ({ nodes }, { replicationGroupId }) => {
      const full = nodes.read.filter((node) => keysOf(node) > 0);
      return full.length === 0
        ? undefined
        : {
            found: `${listed(full.map(inWords))}.`,
            remedy: [
              `aws elasticache create-snapshot --replication-group-id ${replicationGroupId} --snapshot-name ${replicationGroupId}-before-migration`,
            ],
          };
    },
  }),
  check({
    id: 'target-rolled-back',
    title: 'A migration into this replication group was rolled back, and its nodes may still be paused.',
    required:
      'Nodes that take writes: a pause holds up the stream of replication, too, and the migration would never be in sync. Nobody can read whether a node is paused: once you have sent CLIENT UNPAUSE to each, or made the group anew, waive `target-rolled-back`.',
    because: measured(
      'a replica whose writes are paused applies nothing of what its primary sends (CLIENT PAUSE … WRITE, 7.0)',
    ),
    needs: ['group'],
    rule: ({ group }, { rolledBack, nowMs }) => {
      if (!rolledBack || nowMs >= Date.parse(rolledBack.at) + PAUSED_MS) return undefined;
      return {
        found: `Migration ${shown(rolledBack.migrationId)} was rolled back at ${rolledBack.at}, which paused writes on every node of this group for a year.`,
        remedy: group.nodes.map(({ endpoint }) => onServer(endpoint, 'CLIENT UNPAUSE')),
      };
    },
  }),
  check({
    id: 'target-clients',
    title: 'Clients are connected to the replication group.',
    required: 'No clients but monitoring: their writes are refused, and what they read changes under them.',
    because: page('AWS, Migration-Initiate', 'Migration-Initiate.html'),
    needs: ['targetClients'],
    rule: ({ targetClients }) =>
      targetClients.length === 0
        ? undefined
        : {
            found: `${targetClients.length}: ${listed(
              targetClients.map(({ cacheClusterId, line }) => `${clientText(line)} on ${cacheClusterId}`),
            )}.`,
            remedy: [],
          },
  }),
];

/** As long as a rollback pauses the nodes that it leaves. */
const PAUSED_MS = 365 * 24 * 3600 * 1000;

/** @throws {UnreadableFieldError} */
const keysOf = ({ info }: TargetNode): number => keysIn(keyspaceOf(info, 'nodes'));

const inWords = (node: TargetNode): string => {
  const databases = keyspaceOf(node.info, 'nodes').map(({ database, keys }) => `db${database} ${keys}`);
  return `${node.cacheClusterId} holds ${keysOf(node)} ${keysOf(node) === 1 ? 'key' : 'keys'} (${listed(databases)})`;
};

const clientText = (line: ClientLine): string => {
  const [addr, name, cmd] = ['addr', 'name', 'cmd'].map((field) => shown(line.get(field) ?? '', 40));
  return `${addr || 'one of no address'}${name ? ` "${name}"` : ''}${cmd ? ` (${cmd})` : ''}`;
};
