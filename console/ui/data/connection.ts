import { apiNow } from './clock.ts';
import { makeStore, useStore } from './store.ts';

/** Times in epoch milliseconds, by the API's clock as far as it is known. */
export interface Lost {
  since: number;
  nextTryAt: number;
  why: string;
}

const lost = makeStore<Lost | undefined>(undefined);
/** Counts the wishes to try at once. */
const wishes = makeStore(0);
const failing = new Map<string, Lost>();

const tell = () => lost.set([...failing.values()].reduce<Lost | undefined>(worse, undefined));
const worse = (one: Lost | undefined, other: Lost): Lost => (one && one.since <= other.since ? one : other);

/** @param asker who failed to read; it is forgotten by {@link reached} */
export const failed = (asker: string, why: string, nextTryAt: number): void => {
  failing.set(asker, { since: failing.get(asker)?.since ?? apiNow(), nextTryAt, why });
  tell();
};

export const reached = (asker: string): void => {
  if (failing.delete(asker)) tell();
};

/** Whatever follows the API asks it at once, and not after its pause. */
export const tryNow = (): void => wishes.set(wishes.get() + 1);

/** @returns a function that ends the following */
export const onWish = (look: () => void): (() => void) => wishes.follow(look);

export const useConnection = () => ({
  lost: useStore(lost, (value) => value),
  retry: tryNow,
});
