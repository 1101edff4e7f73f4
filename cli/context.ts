import type { Connection } from './connection.ts';
import { optionsText, type Target, type TargetOptions, targetOf } from './target.ts';
import type { Caller } from './tell/next.ts';
import type { Io } from './terminal/io.ts';

/** What every command that asks the service is given. */
export interface Context {
  io: Io;
  target: Target;
  caller: Caller;
  json: boolean;
}

/** Whoever called by npx goes on by npx. */
export const callName = (env: Io['env']): string =>
  env.npm_command === 'exec' ? 'npx elasticache-migrator' : 'elasticache-migrator';

export interface CommonOptions extends TargetOptions {
  json?: boolean;
}

/** @throws CommandError (usage) */
export const contextOf = (io: Io, { json = false, ...options }: CommonOptions): Context => ({
  io,
  target: targetOf(options, io.env),
  caller: { me: callName(io.env), options: optionsText(options) },
  json,
});

/** @throws what connectStack throws; CommandError for a default that nobody serves */
export const connected = async ({ target }: Context): Promise<Connection> => {
  const { connect } = await import('./connection.ts');
  return connect(target);
};
