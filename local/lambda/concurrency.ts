import type { FunctionModel } from '../template/model.ts';
import { TooManyRequestsError } from './invocation.ts';

/** Lambda leaves at least so much to the functions that reserve nothing. */
const LEAST_UNRESERVED = 100;

/**
 * How many invocations may run at once: a function that reserves concurrency has that much for itself, and no more; all
 * others share what is left of the account's. https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
 */
export class Concurrency {
  readonly #running = new Map<string, number>();
  readonly #unreserved: number;
  #shared = 0;

  /** @param account the account's limit; without one only reservations limit */
  constructor(functions: readonly FunctionModel[], account = Number.POSITIVE_INFINITY) {
    const reserved = functions.reduce((sum, { reservedConcurrency = 0 }) => sum + reservedConcurrency, 0);
    this.#unreserved = account - reserved;
    if (this.#unreserved < Math.min(LEAST_UNRESERVED, account / 2)) {
      throw new Error(`The functions reserve ${reserved} of an account limit of ${account}`);
    }
  }

  /** @returns what gives the place back @throws TooManyRequestsError when none is free */
  take({ name, reservedConcurrency }: FunctionModel): () => void {
    const running = this.#running.get(name) ?? 0;
    const isFree = reservedConcurrency === undefined ? this.#shared < this.#unreserved : running < reservedConcurrency;
    if (!isFree) throw new TooManyRequestsError();
    const count = (by: number) => {
      this.#running.set(name, (this.#running.get(name) ?? 0) + by);
      if (reservedConcurrency === undefined) this.#shared += by;
    };
    count(1);
    return () => count(-1);
  }
}
