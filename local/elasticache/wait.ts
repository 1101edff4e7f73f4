import type { Clock } from '../clock.ts';

/** Resolves after a while by the clock. @throws the signal's reason, as soon as it is aborted. */
export const sleep = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = clock.after(ms, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    const stop = () => {
      timer.cancel();
      reject(signal.reason);
    };
    signal.addEventListener('abort', stop, { once: true });
  });

/** Polls faster at first: most things here happen within milliseconds. */
const FIRST_POLL_MS = 5;
const SLOWEST_POLL_MS = 100;

/**
 * Asks again and again until the answer is true (resolves with true) or the time is over (resolves with false).
 * @throws the signal's reason, as soon as it is aborted.
 */
export const until = async (
  holds: () => Promise<boolean>,
  { clock, forMs, signal }: { clock: Clock; forMs: number; signal: AbortSignal },
): Promise<boolean> => {
  const deadline = clock.now() + forMs;
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 2, SLOWEST_POLL_MS)) {
    signal.throwIfAborted();
    if (await holds()) return true;
    if (clock.now() >= deadline) return false;
    await sleep(clock, pollMs, signal);
  }
};
