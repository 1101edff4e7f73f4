import type { Info } from '../replication/info.ts';
import type { FactName } from './facts.ts';
import { shown } from './text.ts';
import { textField, UnreadableFieldError } from './unreadable.ts';

export interface Engine {
  name: 'redis' | 'valkey';
  /** `7.0.15` */
  version: string;
}

/**
 * What a server says it is. Valkey says `redis_version:7.2.4` for the sake of old clients, and its own beside it.
 * @throws {UnreadableFieldError} there is no version
 */
export const engineOf = (info: Info, fact: FactName): Engine => {
  const isValkey = info.has('valkey_version') || info.get('server_name') === 'valkey';
  const text = textField(info, isValkey ? 'valkey_version' : 'redis_version', fact);
  const version = versionIn(text);
  if (version === undefined) throw new UnreadableFieldError(fact, `its version is ${JSON.stringify(shown(text, 40))}`);
  return { name: isValkey ? 'valkey' : 'redis', version };
};

/** `6.2` of `6.2.x`, `7.1.0` of `7.1.0`; undefined when there is no version in it. */
export const versionIn = (text: string): string | undefined => /^\d{1,6}(?:\.\d{1,6}){0,3}/.exec(text)?.[0];

/** Whether `7.0.15` is `7.0` or later. Parts that are not there count as 0. */
export const isAtLeast = (version: string, wanted: string): boolean => {
  const [have, want] = [version, wanted].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const at = [0, 1, 2, 3].find((part) => (have[part] ?? 0) !== (want[part] ?? 0));
  return at === undefined || (have[at] ?? 0) > (want[at] ?? 0);
};

/** `Valkey 8.1.0`, `Redis OSS 7.0.15`: as AWS names the engines. */
export const engineText = ({ name, version }: Engine): string =>
  `${name === 'valkey' ? 'Valkey' : 'Redis OSS'} ${version}`;
