import type { Endpoint } from '../../../functions/migration/record.ts';
import type { GroupEvent, ReplicationGroup, ReplicationGroups } from '../../../functions/replication/ports.ts';
import { monotonicMs } from './entries.ts';
import type { Link } from './links.ts';
import { Connection } from './resp.ts';

export const GROUP = 'ledger';

const at = (port: number): Endpoint => ({ address: '127.0.0.1', port });

/**
 * ElastiCache as far as a cutover needs it, over servers that run already: CompleteMigration is accepted at once, and each
 * shard is promoted after a delay of its own. Nothing can stop a promotion that was accepted.
 */
export class PromotingGroups implements ReplicationGroups {
  /** When CompleteMigration came in: by then the fence has to stand. */
  completedMs: number | undefined;
  /** By shard: just before it was told to be a primary. */
  readonly promotedMs: (number | undefined)[];
  readonly #links: readonly Link[];
  readonly #delayMs: (shard: number) => number;
  readonly #promoted: (shard: number) => Promise<void>;
  readonly #promotions: Promise<void>[] = [];

  /** @param promoted hears of each promotion, as the application does */
  constructor(
    links: readonly Link[],
    delayMs: (shard: number) => number,
    promoted: (shard: number) => Promise<void> = async () => undefined,
  ) {
    this.#links = links;
    this.#delayMs = delayMs;
    this.#promoted = promoted;
    this.promotedMs = links.map(() => undefined);
  }

  async describe(): Promise<ReplicationGroup> {
    return {
      replicationGroupId: GROUP,
      status: this.completedMs === undefined ? 'migrating' : 'modifying',
      clusterEnabled: false,
      nodeGroups: this.#links.map(({ nodeGroupId, target, targetReplicas }) => ({
        nodeGroupId,
        nodes: [target, ...targetReplicas].map(({ port }, index) => ({
          cacheClusterId: `${GROUP}-${nodeGroupId}-${index + 1}`,
          endpoint: at(port),
          role: index === 0 ? ('primary' as const) : ('replica' as const),
        })),
      })),
    };
  }

  async eventsSince(): Promise<GroupEvent[]> {
    return [];
  }

  async complete(): Promise<void> {
    if (this.completedMs !== undefined) throw new Error('CompleteMigration was sent twice');
    this.completedMs = monotonicMs();
    this.#promotions.push(...this.#links.map((_, shard) => this.#promote(shard)));
    for (const promotion of this.#promotions) promotion.catch(() => undefined);
  }

  /** Every shard is promoted, and everybody told. */
  async promoted(): Promise<void> {
    await Promise.all(this.#promotions);
  }

  async test(): Promise<void> {
    throw new Error('nothing is tested here');
  }

  async start(): Promise<void> {
    throw new Error('nothing is started here');
  }

  async abort(): Promise<void> {
    throw new Error('nothing is aborted here');
  }

  async #promote(shard: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.#delayMs(shard)));
    const connection = await Connection.open((this.#links[shard] as Link).target.port);
    this.promotedMs[shard] = monotonicMs();
    await connection.ask('REPLICAOF', 'NO', 'ONE');
    connection.close();
    await this.#promoted(shard);
  }
}
