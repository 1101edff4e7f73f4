import { partsOf } from '../aliases.ts';
import type { Alias } from '../elasticache/source.ts';

/** Aliases as ElastiCache takes them. Names have no case. */
export const addressesOf = (aliases: Record<string, string>): [string, Alias][] =>
  Object.entries(aliases).map(([name, address]) => {
    const { host, port } = partsOf(address);
    return [name.toLowerCase(), { host, port: port === '*' ? port : Number(port) }];
  });
