import type { CacheNodeTypeSpecificParameter, Parameter } from '@aws-sdk/client-elasticache';
import type { RedisServer } from '../redis/server.ts';
import type { Account } from './account.ts';
import { DEFAULT_PARAMETERS } from './default-parameters.ts';
import { ElastiCacheError, invalidValue } from './errors.ts';
import { MAXMEMORY_BYTES } from './node-types.ts';
import { type PageRequest, page } from './paging.ts';

export interface DescribeCacheParametersInput extends PageRequest {
  CacheParameterGroupName: string;
  /** `user`: what differs from the default; `system` and `engine-default`: the rest. */
  Source?: string;
}

export interface DescribeCacheParametersOutput {
  Marker?: string;
  Parameters: Parameter[];
  CacheNodeTypeSpecificParameters: CacheNodeTypeSpecificParameter[];
}

/** `default.redis7`, `default.valkey8`: the default group of a server that is running in cluster mode disabled. */
export const defaultParameterGroup = ({ flavour, version }: Pick<RedisServer, 'flavour' | 'version'>): string =>
  `default.${flavour}${Number.parseInt(version, 10)}`;

const DEFAULT_GROUP = /^default\.(redis|valkey)(\d+)(\.\d+|\.x)?$/;

/** The values of a group by parameter. @throws {ElastiCacheError} CacheParameterGroupNotFound */
export const parameterValues = (name: string, account: Account): Record<string, string> => ({
  ...Object.fromEntries(DEFAULT_PARAMETERS.map(([parameter, value]) => [parameter, value])),
  ...ownValues(name, account),
});

/** @throws {ElastiCacheError} CacheParameterGroupNotFound, InvalidParameterValue, InvalidParameterCombination */
export const describeCacheParameters = (
  input: DescribeCacheParametersInput,
  account: Account,
): DescribeCacheParametersOutput => {
  const { CacheParameterGroupName: name, Source: source } = input;
  if (source !== undefined && !['user', 'system', 'engine-default'].includes(source)) {
    throw invalidValue(`Invalid source: ${source}`);
  }
  const own = ownValues(name, account);
  const known = new Set(DEFAULT_PARAMETERS.map(([parameter]) => parameter));
  // Groups of older families have parameters that the default group here has not, such as `reserved-memory`.
  const others = Object.keys(own).filter((parameter) => !known.has(parameter));
  const rows = [
    ...DEFAULT_PARAMETERS,
    ...others.map((parameter) => [parameter, '', 'string', '', 'immediate'] as const),
  ];
  const all = rows.map(describe(own)).filter((parameter) => source === undefined || parameter.Source === source);
  const { items, Marker } = page(all, {
    request: input,
    scope: `parameters/${name}/${source ?? ''}`,
    keyOf: (parameter) => parameter.ParameterName as string,
  });
  return {
    ...(Marker === undefined ? {} : { Marker }),
    Parameters: items,
    CacheNodeTypeSpecificParameters: source === 'user' ? [] : [maxmemory],
  };
};

const ownValues = (name: string, account: Account): Readonly<Record<string, string>> => {
  const own = DEFAULT_GROUP.test(name) ? {} : account.parameterGroups[name];
  if (own === undefined)
    throw new ElastiCacheError('CacheParameterGroupNotFound', `CacheParameterGroup not found: ${name}`);
  return own;
};

const describe =
  (own: Readonly<Record<string, string>>) =>
  ([name, value, type, allowed, change]: (typeof DEFAULT_PARAMETERS)[number]): Parameter => ({
    ParameterName: name,
    ParameterValue: own[name] ?? value,
    Description: name.replaceAll('-', ' '),
    Source: own[name] === undefined ? 'system' : 'user',
    DataType: type,
    AllowedValues: allowed,
    IsModifiable: change !== 'fixed',
    MinimumEngineVersion: '7.0.4',
    ChangeType: change === 'requires-reboot' ? 'requires-reboot' : 'immediate',
  });

const maxmemory: CacheNodeTypeSpecificParameter = {
  ParameterName: 'maxmemory',
  Description: 'The maximum number of bytes that a node uses for data.',
  Source: 'system',
  DataType: 'integer',
  AllowedValues: '0-',
  IsModifiable: false,
  MinimumEngineVersion: '7.0.4',
  CacheNodeTypeSpecificValues: Object.entries(MAXMEMORY_BYTES).map(([CacheNodeType, bytes]) => ({
    CacheNodeType,
    Value: String(bytes),
  })),
  ChangeType: 'immediate',
};
