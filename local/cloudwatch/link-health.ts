import type { Clock, Timer } from '../clock.ts';
import type { ElastiCache } from '../elasticache/service.ts';

/** What CloudWatch shows of the link of a group under migration, and when. Every member can be changed at run time. */
export interface LinkHealthSettings {
  /** From one datapoint to the next; each bears the time at which its period began. A minute on AWS. */
  periodMs: number;
  /** From the end of a datapoint's period until it is shown. */
  delayMs: number;
  /** Which nodes have no datapoint, from now on: CloudWatch promises none. */
  isMissing: (nodeId: string) => boolean;
  /** Under which dimensions a node has them: AWS does not document whether the node's own number belongs to them. */
  dimensions: 'both' | 'cluster' | 'node';
}

export const defaultLinkHealth: Readonly<LinkHealthSettings> = {
  periodMs: 60_000,
  delayMs: 0,
  isMissing: () => false,
  dimensions: 'both',
};

interface Datapoint {
  /** Milliseconds since the epoch: when its period began. */
  atMs: number;
  value: 0 | 1;
  shownMs: number;
}

/** A day of minutes. */
const MOST_KEPT = 1440;
/** So often within a period it is looked at the node; the worst counts, and a break of some seconds shows. */
const LOOKS_A_PERIOD = 4;

/**
 * `MasterLinkHealthStatus` of the primaries that are under migration, read off the real servers: 1 while the link to the
 * source is up and no full synchronisation goes on, else 0. Nothing is looked at before somebody has asked for it once.
 */
export class LinkHealth {
  settings: LinkHealthSettings;
  readonly #elastiCache: Pick<ElastiCache, 'groups'>;
  readonly #clock: Clock;
  readonly #points = new Map<string, Datapoint[]>();
  /** The worst of the period that goes on, by node. */
  #open: { atMs: number; worst: Map<string, 0 | 1> } | undefined;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(elastiCache: Pick<ElastiCache, 'groups'>, clock: Clock, settings: Partial<LinkHealthSettings> = {}) {
    this.#elastiCache = elastiCache;
    this.#clock = clock;
    this.settings = { ...defaultLinkHealth, ...settings };
  }

  /** The datapoints of a node that are shown now, oldest first. The first call begins the looking. */
  of(nodeId: string): { atMs: number; value: number }[] {
    if (!this.#timer) this.#lookOnAndOn();
    const nowMs = this.#clock.now();
    return (this.#points.get(nodeId) ?? []).filter(({ shownMs }) => shownMs <= nowMs);
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #lookOnAndOn(): void {
    if (this.#isClosed) return;
    this.#timer = this.#clock.after(this.settings.periodMs / LOOKS_A_PERIOD, () => {
      void this.#look().finally(() => this.#lookOnAndOn());
    });
  }

  async #look(): Promise<void> {
    const { periodMs } = this.settings;
    const atMs = Math.floor(this.#clock.now() / periodMs) * periodMs;
    if (this.#open && this.#open.atMs !== atMs) this.#close(this.#open);
    this.#open = this.#open?.atMs === atMs ? this.#open : { atMs, worst: new Map() };
    const { worst } = this.#open;
    const primaries = this.#elastiCache
      .groups()
      .filter(({ migration }) => migration !== undefined && migration.phase !== 'starting')
      .flatMap(({ nodeGroups }) => nodeGroups.map(({ primary }) => primary));
    await Promise.all(
      primaries.map(async (primary) => {
        const link = await primary.replication().catch(() => undefined);
        const isUp = link?.master_link_status === 'up' && link.master_sync_in_progress !== '1';
        worst.set(primary.id, isUp && worst.get(primary.id) !== 0 ? 1 : 0);
      }),
    );
  }

  #close({ atMs, worst }: { atMs: number; worst: Map<string, 0 | 1> }): void {
    const { periodMs, delayMs, isMissing } = this.settings;
    for (const [nodeId, value] of worst) {
      if (isMissing(nodeId)) continue;
      const points = [...(this.#points.get(nodeId) ?? []), { atMs, value, shownMs: atMs + periodMs + delayMs }];
      this.#points.set(nodeId, points.slice(-MOST_KEPT));
    }
  }
}
