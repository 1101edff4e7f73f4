const LOOK_MS = 1;

/**
 * Milliseconds that an answer took, as far as this process was looking for it: from the question to the last look that did
 * not find it. What the process itself was late by (it was busy, or had no processor: a Lambda function of 256 MB has a
 * seventh of one) does not count as the server's. Too low by a millisecond at most.
 */
export const latencyOf = async (ask: () => Promise<unknown>): Promise<number> => {
  const begin = performance.now();
  let looked = begin;
  let look: NodeJS.Immediate | undefined;
  // An immediate runs just after the sockets were read; a timer before that.
  const timer = setInterval(() => {
    look = setImmediate(() => {
      looked = performance.now();
    });
  }, LOOK_MS);
  try {
    await ask();
    return looked - begin;
  } finally {
    clearInterval(timer);
    clearImmediate(look);
  }
};
