import type { Info } from '../replication/info.ts';
import { shown } from './text.ts';
import { textField, UnreadableFieldError } from './unreadable.ts';

/** Major, minor, patch. */
export type Version = readonly [number, number, number];

/** `7.0.15`; what is missing is 0. Undefined: it does not begin with a number. */
export const versionOf = (text: string): Version | undefined => {
  const [, major, minor = 0, patch = 0] = /^(\d{1,5})(?:\.(\d{1,5}))?(?:\.(\d{1,5}))?/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
};

export const atLeast = (version: Version, ...wanted: [number, number?, number?]): boolean => {
  for (const [index, own] of version.entries()) {
    const other = wanted[index] ?? 0;
    if (own !== other) return own > other;
  }
  return true;
};

/**
 * The source's version as Redis counts them: Valkey says in `redis_version` which Redis it is compatible with.
 * @throws {UnreadableFieldError} INFO has no version
 */
export const sourceVersion = (info: Info): Version => {
  const text = textField(info, 'redis_version', 'sourceInfo');
  const version = versionOf(text);
  if (version === undefined) {
    throw new UnreadableFieldError('sourceInfo', `its redis_version is ${JSON.stringify(shown(text, 40))}`);
  }
  return version;
};
