import type { Connection } from './connection.ts';
import { optionsText, type Target, type TargetOptions, targetOf } from './target.ts';
import type { Caller } from './tell/next.ts';
import type { Io } from './terminal/io.ts';
import { shellWord } from './terminal/safe.ts';

/** What every command that asks the service is given. */
export interface Context {
  io: Io;
  target: Target;
  caller: Caller;
  /** What was typed. */
  args: readonly string[];
  json: boolean;
}

/** Whoever called by npx goes on by npx. */
export const callName = (env: Io['env']): string =>
  env.npm_command === 'exec' ? 'npx elasticache-migrator' : 'elasticache-migrator';

export interface CommonOptions extends TargetOptions {
  json?: boolean;
}

/** @throws CommandError (usage) */
export const contextOf = (io: Io, { json = false, ...options }: CommonOptions, args: readonly string[]): Context => {
  const target = targetOf(options, io.env);
  const caller = { me: callName(io.env), options: optionsText(options), hasToken: target.tokens !== undefined };
  return { io, target, caller, args, json };
};

/**
 * What was typed, to be typed again.
 * @param more words at its end
 */
export const again = ({ caller, args }: Pick<Context, 'caller' | 'args'>, ...more: string[]): string => {
  const end = args.indexOf('--');
  const words = end < 0 ? [...args, ...more] : args.toSpliced(end, 0, ...more);
  return [caller.me, ...words.map(shellWord)].join(' ');
};

/** What waits by itself, and is waited for no longer than nobody ends the command. @throws InterruptedError */
export const unlessInterrupted = <T>(waited: Promise<T>, signal: AbortSignal): Promise<T> => {
  const interrupted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  // Whoever loses has nobody to tell it to.
  interrupted.catch(() => undefined);
  return Promise.race([waited, interrupted]);
};

/** @throws what connectStack throws; CommandError for a default that nobody serves; InterruptedError */
export const connected = async ({ target, io: { signal } }: Context): Promise<Connection> => {
  const { connect } = await import('./connection.ts');
  signal.throwIfAborted();
  return unlessInterrupted(connect(target), signal);
};
