import type { Endpoint } from '../migration/record.ts';
import { judgeLink, type LinkState } from './link-state.ts';
import { linksOf, observe } from './observe.ts';
import type { Clock, Probe, ReplicationGroup } from './ports.ts';
import type { LinkReading } from './shard-link.ts';

/** What is seen of the links of a group: a reading and what it says, for each node group. */
export interface Sighting {
  readings: LinkReading[];
  /** One for each reading. */
  states: LinkState[];
}

/**
 * How the links of a replication group are seen: by what the servers say of themselves, or, where none can be reached, by
 * what AWS says of them. Tasks judge what they are shown, and need not know which.
 */
export interface Sight extends Pick<Probe, 'replicaBuffers' | 'replicaSettings' | 'close'> {
  /** @throws TransientServiceError when the API shows no nodes */
  see(group: ReplicationGroup, source: Endpoint): Promise<Sighting>;
  /**
   * From when on what is seen counts, in milliseconds since the epoch: for the next invocation, which did not see what spoke
   * against it. Absent where nothing is seen but what is so now.
   */
  countsSinceMs?(): number;
  /** What nobody else will look at before a cutover: for the operator, in sentences. Absent where the service looks. */
  byHand?(group: ReplicationGroup, source: Endpoint): string;
}

/** By INFO of every server. */
export const byInfo = (probe: Probe, clock: Clock): Sight => ({
  async see(group, source) {
    const readings = await observe(probe, linksOf(group, source), clock);
    return { readings, states: readings.map(judgeLink) };
  },
  replicaBuffers: (endpoint) => probe.replicaBuffers(endpoint),
  replicaSettings: (endpoint) => probe.replicaSettings(endpoint),
  close: () => probe.close(),
});
