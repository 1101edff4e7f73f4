import type { Engine, Process } from './engine.ts';
import { Bucket, Flow, Places, type Use } from './gauges.ts';
import type { Product } from './product.ts';
import type { Quota } from './quotas.ts';

/** What was to be done could not be done just now. */
export type Failure = 'Lambda.TooManyRequestsException' | 'TransientServiceError';

/** SDK v3, standard mode: throttled calls wait at random up to 500 ms, doubled with each try, and 20 s at the most. */
const THROTTLED_BASE_MS = 500;
const LONGEST_BACKOFF_MS = 20_000;

/** All quotas of one account, and what is asked of them. */
export class AwsAccount {
  readonly engine: Engine;
  readonly buckets: Map<string, Bucket>;
  readonly flows: Map<string, Flow>;
  readonly #shared: Places;
  readonly #reserved: Map<string, Places>;
  readonly #open: Places;
  /** Of each function: environments are counted as if none were used again. */
  readonly #scaling = new Map<string, Bucket>();
  readonly #scalingQuota: Quota;

  constructor(engine: Engine, quotas: readonly Quota[], product: Product) {
    this.engine = engine;
    const of = (id: string): Quota => quotas.find((quota) => quota.id === id) as Quota;
    this.buckets = new Map(
      quotas
        .filter(({ bucket, id }) => bucket && !NOT_SHARED.includes(id))
        .map((quota) => [quota.id, new Bucket(quota)]),
    );
    this.flows = new Map(FLOWS.map((id) => [id, new Flow(of(id))]));
    this.#scalingQuota = of('lambda-scaling');
    const concurrency = of('lambda-concurrency');
    const total = concurrency.count ?? 0;
    const asked = [...product.reserved.values()].reduce((sum, one) => sum + one, 0);
    // Lambda keeps 100 for the rest: an account with less cannot reserve anything, and is deployed so.
    const reserves = total - asked >= 100;
    this.#reserved = new Map(
      reserves
        ? [...product.reserved].map(([id, count]) => [
            id,
            new Places({ ...concurrency, id: `lambda-reserved-${id}`, what: `Lambda, reserved for ${id}` }, count),
          ])
        : [],
    );
    this.#shared = new Places(concurrency, reserves ? total - asked : total);
    this.#open = new Places(of('states-open'));
  }

  /** A place for an invocation, where there is one. */
  place(functionId: string): Places | undefined {
    const { nowMs } = this.engine;
    const scaling = this.#scaling.get(functionId) ?? new Bucket(this.#scalingQuota);
    this.#scaling.set(functionId, scaling);
    const places = this.#reserved.get(functionId) ?? this.#shared;
    return scaling.take(nowMs) && places.take(nowMs) ? places : undefined;
  }

  get running(): number {
    return this.#shared.taken;
  }

  opened(): void {
    this.#open.take(this.engine.nowMs);
  }

  closed(): void {
    this.#open.giveBack();
  }

  get uses(): Use[] {
    const places = [this.#shared, ...this.#reserved.values(), this.#open];
    const all = [...this.buckets.values(), ...this.flows.values(), ...places].map(({ use }) => use);
    const scaling = [...this.#scaling.values()].map(({ use }) => use).sort((a, b) => b.peak - a.peak);
    return [...all, ...scaling.slice(0, 1)];
  }

  /** A call as an SDK client makes it, with its own repeats. Answers whether it was let through in the end. */
  *call(id: string, attempts: number, units = 1): Process<boolean> {
    const bucket = this.buckets.get(id) as Bucket;
    for (let attempt = 0; ; attempt++) {
      if (bucket.take(this.engine.nowMs, units)) return true;
      if (attempt + 1 >= attempts) return false;
      const longest = Math.min(LONGEST_BACKOFF_MS, THROTTLED_BASE_MS * 2 ** attempt);
      yield this.engine.random() * longest;
    }
  }

  /** A write of a migration's record, which all of its indexes repeat. The SDK makes three attempts. */
  writesRecord(): boolean {
    const share = (this.flows.get('dynamodb-index-write') as Flow).refusedShare;
    return share === 0 || this.engine.random() >= share ** 3;
  }

  /** One of so many writes fails in spite of its repeats. */
  someWriteFails(writes: number): boolean {
    const share = (this.flows.get('dynamodb-index-write') as Flow).refusedShare;
    return share > 0 && this.engine.random() >= (1 - share ** 3) ** writes;
  }
}

/** Asked for at an even rate by whatever runs. */
const FLOWS = ['dynamodb-write', 'dynamodb-read', 'dynamodb-index-write', 'dynamodb-index-read'];
const NOT_SHARED = [...FLOWS, 'lambda-scaling'];
