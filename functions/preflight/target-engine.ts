import { type Engine, engineOf } from './engine.ts';
import type { FactValues } from './facts.ts';
import { UnreadableFieldError } from './unreadable.ts';

/** What the primary of the replication group runs. @throws {UnreadableFieldError} no primary was read, or it has no version */
export const targetEngine = ({ read }: FactValues['nodes']): Engine => {
  const primary = read.find(({ role }) => role === 'primary');
  if (primary === undefined) throw new UnreadableFieldError('nodes', 'no primary was read');
  return engineOf(primary.info, 'nodes');
};
