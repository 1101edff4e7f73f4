import type { RedisAddress } from '../functions/adapters/key-reader.ts';

/** A server as a URL names it. */
export interface Server extends RedisAddress {
  /** Restricts the verification to this database. */
  database?: number;
}

const DEFAULT_PORT = 6379;

/** Parses `redis://user:password@host:port/database`; texts are problems, without the password. */
export const parseServer = (side: string, text: string): Server | string[] => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') {
    return [`the ${side} has to be redis://host:port or rediss://user:password@host:port/database`];
  }
  const problems: string[] = [];
  const database = /^\/?$/.test(url.pathname)
    ? undefined
    : Number(/^\/(\d{1,5})$/.exec(url.pathname)?.[1] ?? Number.NaN);
  if (Number.isNaN(database)) problems.push(`the ${side}'s database has to be a number: ${url.pathname.slice(0, 40)}`);
  if (url.search + url.hash !== '') problems.push(`the ${side}'s URL has more than host, port and database`);
  const [username, password] = [url.username, url.password].map(decoded);
  if (username === undefined || password === undefined)
    problems.push(`the ${side}'s user and password have to be percent-encoded: a % is %25`);
  if (problems.length > 0) return problems;
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    ...(username && { username }),
    ...(password && { password }),
    ...(url.protocol === 'rediss:' && { tls: true }),
    ...(database !== undefined && { database }),
  };
};

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};
