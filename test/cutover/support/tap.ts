import type { Endpoint } from '../../../functions/migration/record.ts';
import { type Servers, SessionLost } from '../../../functions/preflight/ports.ts';

/** Happens before a command is sent; what it throws is what the sender meets, and what it waits for the sender waits for. */
export type Tap = (command: string, endpoint: Endpoint) => Promise<void> | void;

/** Connections to real servers, with something that happens on the way. */
export const tapped =
  (open: Servers['open'], tap: Tap): Servers['open'] =>
  async (endpoint, untilMs) => {
    const session = await open(endpoint, untilMs);
    const before = async (commands: readonly (readonly (string | Buffer)[])[]) => {
      try {
        for (const command of commands) await tap(command.join(' '), endpoint);
      } catch (error) {
        // Lost is lost: nothing comes over it any more.
        if (error instanceof SessionLost) session.close();
        throw error;
      }
    };
    return {
      localAddress: session.localAddress,
      get sentBytes() {
        return session.sentBytes;
      },
      async ask(...command) {
        await before([command]);
        return session.ask(...command);
      },
      async askAll(commands) {
        await before(commands);
        return session.askAll(commands);
      },
      hear: (...args) => session.hear(...args),
      prolong: (untilMs) => session.prolong(untilMs),
      close: () => session.close(),
    };
  };

/**
 * A tap that stops at the first command that begins so, like a process that is stopped there, until it is let go.
 *
 * @param since not before one that begins so
 */
export const stoppingAt = (prefix: string, since = ''): { tap: Tap; stopped: Promise<void>; go(): void } => {
  const stopped = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  let isSince = false;
  let isFirst = true;
  return {
    tap: async (command) => {
      isSince ||= command.startsWith(since);
      if (!isSince || !isFirst || !command.startsWith(prefix)) return;
      isFirst = false;
      stopped.resolve();
      await gone.promise;
    },
    stopped: stopped.promise,
    go: gone.resolve,
  };
};
