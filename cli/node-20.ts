/**
 * What the built command uses and Node 20 does not have yet. Own code, since all of it are these few lines.
 * (Node.js 22.0 brought Promise.withResolvers, 22.1 URL.parse.)
 */
Promise.withResolvers ??= function withResolvers<T>(this: PromiseConstructor) {
  let resolve!: (value: T | PromiseLike<T>) => void;
  let reject!: (reason?: unknown) => void;
  const promise = new Promise<T>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
};
URL.parse ??= (url, base) => (URL.canParse(url, base) ? new URL(url, base) : null);
