import { type TokenSource, tokenSourceOf } from './token/source.ts';

/** Where the service is, as the options say. */
export interface TargetOptions {
  endpoint?: string;
  stack?: string;
  region?: string;
  profile?: string;
  /** A path. */
  tokenFile?: string;
}

export type Target =
  | { kind: 'endpoint'; apiUrl: string; isDefault: boolean; tokens?: TokenSource }
  | { kind: 'stack'; stack: string; region?: string; profile?: string; tokens?: TokenSource };

/** Where `npm start` serves it, if PORT says nothing else. */
export const DEFAULT_ENDPOINT = 'http://127.0.0.1:3000';
export const ENDPOINT_VARIABLE = 'ELASTICACHE_MIGRATOR_ENDPOINT';
export const STACK_VARIABLE = 'ELASTICACHE_MIGRATOR_STACK';

/**
 * Options go before the environment, and there the stack before the endpoint.
 * @returns the service, or every problem with how it is named
 */
export const findTarget = (
  options: TargetOptions,
  env: Readonly<Record<string, string | undefined>>,
): { target: Target } | { problems: string[] } => {
  const { endpoint, stack, region, profile, tokenFile } = options;
  const problems = Object.entries(options).flatMap(([name, value]) =>
    value === '' ? [`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is empty`] : [],
  );
  if (tokenFile === '-')
    problems.push('--token-file has to be a file: it is read anew at each request, and standard input is read once');
  if (endpoint !== undefined && stack !== undefined)
    problems.push('--endpoint and --stack name two services: take one of them');
  const named = stack ?? (endpoint === undefined ? env[STACK_VARIABLE] || undefined : undefined);
  const url = endpoint ?? (named === undefined ? env[ENDPOINT_VARIABLE] || undefined : undefined);
  if (named === undefined && (region !== undefined || profile !== undefined))
    problems.push('--region and --profile are for a stack, and none is named: add --stack');
  const fault = url ? faultOf(url) : undefined;
  if (fault !== undefined) problems.push(fault);
  if (problems.length > 0) return { problems };
  // What the environment has is not for whoever happens to listen where nobody has named a service.
  const isUnnamed = named === undefined && url === undefined;
  const tokens = tokenSourceOf(tokenFile, isUnnamed ? {} : env);
  const target: Target =
    named === undefined
      ? { kind: 'endpoint', apiUrl: url ?? DEFAULT_ENDPOINT, isDefault: isUnnamed }
      : {
          kind: 'stack',
          stack: named,
          ...(region !== undefined && { region }),
          ...(profile !== undefined && { profile }),
        };
  return { target: { ...target, ...(tokens && { tokens }) } };
};

/** What may be a password is not repeated. */
const faultOf = (text: string): string | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    return `The endpoint has to be an http or https URL: ${text.replace(/^(\w+:\/\/)?.*@/s, '$1…@')}`;
  if (url.username !== '' || url.password !== '')
    return `The endpoint cannot have a user or a password: name it as ${url.protocol}//${url.host}${url.pathname}`;
  if (url.search + url.hash !== '')
    return `The endpoint cannot have a query or a fragment: name it as ${url.protocol}//${url.host}${url.pathname}`;
  return undefined;
};
