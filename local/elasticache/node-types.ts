/**
 * `maxmemory` in bytes by node type, from the user guide's table of node-type-specific parameters
 * (ParameterGroups.Redis).
 */
export const MAXMEMORY_BYTES: Readonly<Record<string, number>> = {
  'cache.t3.micro': 536_870_912,
  'cache.t3.small': 1_471_026_299,
  'cache.t3.medium': 3_317_862_236,
  'cache.t4g.micro': 536_870_912,
  'cache.t4g.small': 1_471_026_299,
  'cache.t4g.medium': 3_317_862_236,
  'cache.m5.large': 6_854_542_746,
  'cache.m5.xlarge': 13_891_921_715,
  'cache.m6g.large': 6_854_542_746,
  'cache.m6g.xlarge': 13_891_921_715,
  'cache.r5.large': 14_037_181_030,
  'cache.r5.xlarge': 28_261_849_702,
  'cache.r6g.large': 14_037_181_030,
  'cache.r6g.xlarge': 28_261_849_702,
  'cache.r6gd.xlarge': 28_261_849_702,
  'cache.r7g.large': 14_037_181_030,
  'cache.r7g.xlarge': 28_261_849_702,
};

const DEFAULT_RESERVE = '25';

/**
 * What a node reports as `maxmemory` in `INFO memory`, and so how a client learns how much fits: what is left of it after
 * `reserved-memory-percent`. AWS shows 402,653,184 of a cache.t3.micro's 0.5 GiB
 * (https://repost.aws/knowledge-center/available-memory-elasticache-redis-node). Undefined for an unknown type.
 */
export const dataBytes = (nodeType: string, reservedPercent = DEFAULT_RESERVE): number | undefined => {
  const bytes = MAXMEMORY_BYTES[nodeType];
  return bytes === undefined ? undefined : Math.floor((bytes * (100 - Number(reservedPercent))) / 100);
};
