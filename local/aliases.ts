import { isIP } from 'node:net';

/** The alias of a `host:port` or `host:*` in lower case, as `host:port` or `host:*`. */
export type FindAlias = (name: string) => string | undefined;

/** A name that leads to an address that leads to this machine takes two; more than a few is a circle. */
const MOST_STEPS = 4;

/**
 * Where a `host:port` leads, as DNS and routes lead it on AWS: by its own alias, else by that of `host:*`, whose own `*`
 * stands for the same port; then on from there. `{'db.example:6379': '10.0.0.5:6379', '10.0.0.5:*': '127.0.0.1:*'}`
 *
 * @returns undefined when nothing leads it elsewhere
 */
export const destination = (dialled: string, find: FindAlias): string | undefined => {
  let found: string | undefined;
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = oneStep((found ?? dialled).toLowerCase(), find);
    if (next === undefined) return found;
    found = next;
  }
  return found;
};

const oneStep = (name: string, find: FindAlias): string | undefined => {
  const { host, port } = partsOf(name);
  const alias = find(name) ?? find(`${host}:*`);
  if (alias === undefined) return undefined;
  const to = partsOf(alias);
  return `${to.host}:${to.port === '*' ? port : to.port}`;
};

/** An IPv6 address has colons of its own. */
export const partsOf = (name: string): { host: string; port: string } => {
  const colon = name.lastIndexOf(':');
  return { host: name.slice(0, colon), port: name.slice(colon + 1) };
};

/**
 * The IP address that DNS has for a host with an alias: the first one on its way. Undefined for a host without an alias.
 *
 * @param host in lower case
 */
export const addressOf = (host: string, aliases: Readonly<Record<string, string>>): string | undefined => {
  let at = host;
  for (let step = 0; step < MOST_STEPS; step++) {
    const alias = Object.entries(aliases).find(([name]) => partsOf(name).host.toLowerCase() === at)?.[1];
    if (alias === undefined) return undefined;
    if (isIP(at)) return at;
    at = partsOf(alias).host.toLowerCase();
    if (isIP(at)) return at;
  }
  return undefined;
};
