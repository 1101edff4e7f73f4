import type { Clock } from '../clock.ts';
import type { ControlUser } from './acl.ts';
import { CacheNode } from './node.ts';
import { until } from './wait.ts';

export interface NodeGroupSpec {
  /** `0001` */
  id: string;
  /** One a node, the primary's first. */
  nodeIds: readonly string[];
  availabilityZones: readonly string[];
  config: Readonly<Record<string, string>>;
  control: ControlUser;
}

/** The documented sample's order. */
const ZONES = ['us-west-2a', 'us-west-2c', 'us-west-2b'];
const LINK_TIMEOUT_MS = 60_000;

/** A shard: one primary, and replicas that follow it whatever it follows itself. */
export class NodeGroup {
  readonly id: string;
  readonly primary: CacheNode;
  readonly replicas: readonly CacheNode[];

  private constructor(id: string, primary: CacheNode, replicas: readonly CacheNode[]) {
    this.id = id;
    this.primary = primary;
    this.replicas = replicas;
  }

  /**
   * Starts the nodes and resolves when every replica is in sync with the primary.
   * @throws {RedisStartError} a node did not start; those that did are gone again.
   */
  static async start(spec: NodeGroupSpec, clock: Clock, signal: AbortSignal): Promise<NodeGroup> {
    const node = (index: number, primary?: CacheNode) =>
      CacheNode.start({
        id: spec.nodeIds[index] as string,
        availabilityZone: spec.availabilityZones[index] ?? (ZONES[index % ZONES.length] as string),
        config: spec.config,
        control: spec.control,
        ...(primary === undefined ? {} : { primary }),
      });
    const primary = await node(0);
    const starting = await Promise.allSettled(spec.nodeIds.slice(1).map((_, index) => node(index + 1, primary)));
    const replicas = starting.filter((start) => start.status === 'fulfilled').map((start) => start.value);
    const group = new NodeGroup(spec.id, primary, replicas);
    try {
      const failed = starting.find((start) => start.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      await group.#linked(clock, signal);
      return group;
    } catch (failure) {
      await group.stop();
      throw failure;
    }
  }

  get nodes(): readonly CacheNode[] {
    return [this.primary, ...this.replicas];
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  async #linked(clock: Clock, signal: AbortSignal): Promise<void> {
    const online = async () => {
      const info = await this.primary.replication();
      return this.replicas.every((_, index) => info[`slave${index}`]?.includes('state=online'));
    };
    const all = await this.primary.hold(() => until(online, { clock, forMs: LINK_TIMEOUT_MS, signal }));
    if (!all) throw new Error(`Node group ${this.primary.id}: replicas are not in sync after ${LINK_TIMEOUT_MS} ms`);
  }
}
