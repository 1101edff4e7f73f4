import { findTarget, type Target, type TargetOptions } from '../client/target.ts';
import { usageError } from './errors.ts';
import type { Io } from './terminal/io.ts';
import { shellWord } from './terminal/safe.ts';

export {
  DEFAULT_ENDPOINT,
  ENDPOINT_VARIABLE,
  STACK_VARIABLE,
  type Target,
  type TargetOptions,
} from '../client/target.ts';

/** @throws CommandError (usage) with every problem */
export const targetOf = (options: TargetOptions, env: Io['env']): Target => {
  const found = findTarget(options, env);
  if ('problems' in found) throw usageError(found.problems);
  return found.target;
};

/** The options that name the same service again, for a command to paste: what the environment says, it says again. */
export const optionsText = ({ endpoint, stack, region, profile, tokenFile }: TargetOptions): string =>
  Object.entries({ endpoint, stack, region, profile, 'token-file': tokenFile })
    .flatMap(([name, value]) => (value === undefined ? [] : [` --${name} ${shellWord(value)}`]))
    .join('');
