import type { Endpoint } from '../../migration/record.ts';
import { replicaLines } from '../../replication/info.ts';
import { check, measured, onServer, PREPARE, page } from '../check.ts';
import type { FactValues } from '../facts.ts';
import { endpointText, listed, shellWord, shown } from '../text.ts';
import { UnreadableFieldError } from '../unreadable.ts';

const SKEW_MS = 1000;

/** What the two sides are to each other. */
export const BOTH_SIDES_CHECKS = [
  check({
    id: 'source-is-target',
    title: 'The source is a node of the replication group itself.',
    required: 'A source outside of ElastiCache.',
    because: page('AWS, migrating-to-elasticache', 'migrating-to-elasticache.html'),
    needs: ['group'],
    mayUse: ['nodes', 'sourceInfo', 'sourceAddresses'],
    rule: ({ group, nodes, sourceInfo, sourceAddresses = [] }, { source }) => {
      const addresses = [source.address, ...sourceAddresses].map((address) => address.toLowerCase());
      const same = placesOf(group, nodes).find(
        ({ endpoint }) => endpoint.port === source.port && addresses.includes(endpoint.address.toLowerCase()),
      );
      if (same !== undefined) return { found: `${endpointText(source)} is ${same.cacheClusterId}.`, remedy: [] };
      const runId = sourceInfo?.get('run_id') ?? '';
      const alike = nodes?.read.find(({ info }) => /^[0-9a-f]{40}$/.test(runId) && info.get('run_id') === runId);
      return alike && { found: `It has the run id of ${alike.cacheClusterId}, ${runId}.`, remedy: [] };
    },
  }),
  check({
    id: 'source-cluster-mode',
    title: 'The source is a node of a Redis cluster.',
    required: 'A source with cluster mode disabled: this service does not migrate the other kind yet.',
    because: { ...PREPARE, text: 'AWS, Migration-Prepare: its rules for the two modes differ' },
    needs: ['sourceInfo'],
    rule: ({ sourceInfo }) => {
      const [enabled, mode] = [sourceInfo.get('cluster_enabled'), sourceInfo.get('redis_mode')];
      return enabled === '1' || mode === 'cluster'
        ? {
            found: `INFO says cluster_enabled:${shown(enabled ?? 'nothing')}, redis_mode:${shown(mode ?? 'nothing')}.`,
            remedy: [],
          }
        : undefined;
    },
  }),
  check({
    id: 'target-is-failover-candidate',
    title: 'A failover on the side of the source could promote a node of the replication group.',
    required: 'No Sentinel and no primary of the source that lists a node of the replication group as a replica.',
    because: measured('Sentinel lists a migration target as a replica, and promotes one within seconds'),
    needs: ['group', 'sourceInfo'],
    mayUse: ['nodes', 'sentinels'],
    rule: ({ group, nodes, sentinels = [], sourceInfo }) => {
      const places = placesOf(group, nodes);
      const nodeAt = (replica: Endpoint) =>
        places.find(({ endpoint }) => endpoint.port === replica.port && endpoint.address === replica.address);
      const bySource = replicaLines(sourceInfo).flatMap(({ ip, port }) => {
        const node = nodeAt({ address: ip, port });
        return node ? [`the source lists ${node.cacheClusterId} (${endpointText(node.endpoint)})`] : [];
      });
      const bySentinels = sentinels.flatMap((sentinel) => {
        const node = sentinel.replicas?.map(nodeAt).find(Boolean);
        return node ? [{ sentinel, node }] : [];
      });
      if (bySource.length + bySentinels.length === 0) return mustAllBeTold(sentinels);
      const seen = bySentinels.map(
        ({ sentinel, node }) =>
          `the Sentinel ${endpointText(sentinel.endpoint)} lists ${node.cacheClusterId} (${endpointText(node.endpoint)}) under ${shown(sentinel.primaryName)}`,
      );
      return {
        found: `${listed([...bySource, ...seen])}.`,
        remedy: bySentinels.map(({ sentinel: { endpoint, primaryName } }) =>
          onServer(endpoint, 'SENTINEL RESET', shellWord(primaryName)),
        ),
      };
    },
  }),
  check({
    id: 'clock-skew',
    title: 'The clocks of the two sides differ.',
    required: 'Clocks that differ by less than a second: keys expire at a point in time that the source has named.',
    because: measured('an RDB and, from Redis 7.0 on, the replication stream name the time at which a key expires'),
    needs: ['clocks'],
    rule: ({ clocks: { sourceAheadMs, uncertainMs } }) =>
      Math.abs(sourceAheadMs) <= SKEW_MS + uncertainMs
        ? undefined
        : {
            found: `The source's clock is ${Math.round(Math.abs(sourceAheadMs))} ms ${sourceAheadMs > 0 ? 'ahead of' : 'behind'} the target's, give or take ${Math.ceil(uncertainMs)} ms: keys expire ${sourceAheadMs > 0 ? 'later' : 'earlier'} on the target.`,
            remedy: ['chronyc tracking', 'sudo systemctl restart chronyd'],
          },
  }),
];

/** Where the nodes of the group are: by their endpoints, and by the addresses of those. */
const placesOf = (
  group: FactValues['group'],
  nodes: FactValues['nodes'] | undefined,
): { cacheClusterId: string; endpoint: Endpoint }[] => [
  ...group.nodes,
  ...(nodes?.read ?? []).flatMap(({ cacheClusterId, endpoint: { port }, addresses = [] }) =>
    addresses.map((address) => ({ cacheClusterId, endpoint: { address, port } })),
  ),
];

/** @throws {UnreadableFieldError} one of them did not tell its replicas */
const mustAllBeTold = (sentinels: FactValues['sentinels']): undefined => {
  const silent = sentinels.find(({ replicas }) => replicas === undefined);
  if (silent !== undefined)
    throw new UnreadableFieldError(
      'sentinels',
      `the Sentinel ${endpointText(silent.endpoint)} did not tell the replicas of ${shown(silent.primaryName)}`,
    );
};
