import type { AwsAccount, Failure } from './account.ts';
import type { Process } from './engine.ts';
import type { Bucket } from './gauges.ts';
import type { Product, Retrier } from './product.ts';

export type Result<T> = { ok: T } | { failed: Failure };

export interface Design {
  /** A task that finds no place in Lambda has tries of its own; else they are those of all passing faults together. */
  countsPlacesApart: boolean;
  /** Tries of states that were others then. */
  attempts?: Record<string, number>;
}

/** An execution of a state machine: it makes transitions, and tries tasks again as its definition says. */
export class Execution {
  readonly #account: AwsAccount;
  readonly #product: Product;
  readonly #file: string;
  readonly #design: Design;
  transitions = 0;
  /** The longest from a task's first try to its last. */
  longestQueueMs = 0;

  constructor(account: AwsAccount, product: Product, file: 'migration' | 'settlement', design: Design) {
    this.#account = account;
    this.#product = product;
    this.#file = file;
    this.#design = design;
  }

  *transition(): Process {
    this.transitions++;
    const { engine, buckets } = this.#account;
    const waitMs = (buckets.get('states-transitions') as Bucket).line(engine.nowMs);
    if (waitMs > 0) yield waitMs;
  }

  *announce(): Process {
    yield* this.transition();
    // Step Functions sends it itself, and tries again for minutes.
    while (!(yield* this.#account.call('events-put', 3))) yield 2000;
    yield 50;
  }

  /** A task that invokes a function, which holds its place in Lambda for as long as `work` takes. */
  *task<T>(state: string, functionId: string, work: () => Process<Result<T>>): Process<Result<T>> {
    yield* this.transition();
    const counts = new Map<Retrier, number>();
    const beganMs = this.#account.engine.nowMs;
    for (;;) {
      const result = yield* this.#invoke(functionId, work, beganMs);
      if ('ok' in result) return result;
      const retriers = this.#product.retriers.get(`${this.#file}.${state}`) ?? [];
      // Before there was a retrier of its own, the general one had this error, too.
      const name = this.#design.countsPlacesApart ? result.failed : 'TransientServiceError';
      const retrier = retriers.find(({ ErrorEquals }) => ErrorEquals.includes(name));
      const count = retrier ? (counts.get(retrier) ?? 0) : 0;
      if (!retrier || count >= (this.#design.attempts?.[state] ?? retrier.MaxAttempts)) return result;
      counts.set(retrier, count + 1);
      const longest = Math.min(retrier.MaxDelaySeconds, retrier.IntervalSeconds * retrier.BackoffRate ** count);
      yield this.#account.engine.random() * longest * 1000;
      yield* this.transition();
    }
  }

  *#invoke<T>(functionId: string, work: () => Process<Result<T>>, beganMs: number): Process<Result<T>> {
    const { engine, buckets } = this.#account;
    const places = this.#account.place(functionId);
    if (!places) return { failed: 'Lambda.TooManyRequestsException' };
    this.longestQueueMs = Math.max(this.longestQueueMs, engine.nowMs - beganMs);
    buckets.get('logs-put')?.take(engine.nowMs);
    const result = yield* work();
    places.giveBack();
    return result;
  }
}
