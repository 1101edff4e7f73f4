import type { Info } from '../replication/info.ts';
import { versionIn } from './engine.ts';
import { shown } from './text.ts';
import { textField, UnreadableFieldError } from './unreadable.ts';

/**
 * The source's version as Redis counts them: Valkey says in `redis_version` which Redis it behaves like.
 * @throws {UnreadableFieldError} INFO has none
 */
export const sourceVersion = (info: Info): string => {
  const text = textField(info, 'redis_version', 'sourceInfo');
  const version = versionIn(text);
  if (version !== undefined) return version;
  throw new UnreadableFieldError('sourceInfo', `its redis_version is ${JSON.stringify(shown(text, 40))}`);
};
