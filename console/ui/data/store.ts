import { useEffect, useState } from 'preact/hooks';

/** A value outside of the tree that parts of it follow. */
export interface Store<T> {
  get(): T;
  set(value: T): void;
  /** @returns a function that ends the following */
  follow(listener: () => void): () => void;
}

export const makeStore = <T>(initial: T): Store<T> => {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (next === value) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

/** The picked part of a store's value. Draws anew only when that part changes. */
export const useStore = <T, P>(store: Store<T>, pick: (value: T) => P): P => {
  const [picked, setPicked] = useState(() => pick(store.get()));
  useEffect(() => {
    const look = () => setPicked(() => pick(store.get()));
    look();
    return store.follow(look);
  }, [store]);
  return picked;
};
