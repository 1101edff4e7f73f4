import type { Info } from '../../replication/info.ts';

/** A hostile server may list as many as fit into an answer. */
const MOST_NAMES = 2000;

/** How often each command was called, by INFO commandstats: `get`, from Redis 7.0 on also `config|get`. */
export const callsIn = (info: Info): ReadonlyMap<string, number> => {
  const calls = new Map<string, number>();
  for (const [field, value] of info) {
    if (!field.startsWith('cmdstat_')) continue;
    const count = Number(/^calls=(\d{1,15}),/.exec(value)?.[1] ?? 0);
    if (count > 0 && calls.size < MOST_NAMES) calls.set(field.slice('cmdstat_'.length), count);
  }
  return calls;
};

/** `config` of `config|get`. */
export const containerOf = (name: string): string => name.split('|', 1)[0] as string;
