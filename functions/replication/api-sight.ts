import type { LinkState } from './link-state.ts';
import { linksOf } from './observe.ts';
import type { LinkReading, ShardLink } from './shard-link.ts';
import type { Sight } from './sight.ts';

const NOT_LOOKED_AT = { unreadable: 'it is not looked at in API-only mode' };

/** A link of which no server was looked at: its nodes are those that the API shows. */
export const unseen = (link: ShardLink): LinkReading => ({
  link,
  source: NOT_LOOKED_AT,
  nodes: new Map(link.nodes.map(({ cacheClusterId }) => [cacheClusterId, NOT_LOOKED_AT])),
});

/** Of servers that are not looked at nothing is known. */
export const NO_SERVERS: Pick<Sight, 'replicaBuffers' | 'replicaSettings' | 'close'> = {
  replicaBuffers: async () => undefined,
  replicaSettings: async () => ({}),
  close: () => undefined,
};

/** By the status that the API shows, and nothing else. */
export const byStatus: Sight = {
  ...NO_SERVERS,
  async see(group, source) {
    const why = `the status of the replication group is ${group.status}`;
    const following = group.status !== 'available';
    const state: LinkState = { phase: 'connecting', why, following, afar: { beforehand: 'connecting' } };
    const readings = linksOf(group, source).map(unseen);
    return { readings, states: readings.map(() => state) };
  },
};
