import type { FactValues, TargetNode } from './facts.ts';
import { numberField, optionalNumberField, UnreadableFieldError } from './unreadable.ts';

/**
 * The smallest primary's room for data. INFO's `maxmemory` is what is left of the node after the reserve: AWS shows
 * 402,653,184 of 0.5 GiB at the default reserve of 25 %.
 * https://repost.aws/knowledge-center/available-memory-elasticache-redis-node
 *
 * @throws {UnreadableFieldError} no primary tells it, or it has no limit, which no ElastiCache node is without
 */
export const targetCapacityBytes = ({ read }: FactValues['nodes']): number => {
  const capacities = read.filter(({ role }) => role === 'primary').map(capacityOf);
  if (capacities.length === 0) throw new UnreadableFieldError('nodes', 'no primary was read');
  return Math.min(...capacities);
};

const capacityOf = ({ cacheClusterId, info }: TargetNode): number => {
  const bytes = numberField(info, 'maxmemory', 'nodes');
  if (bytes === 0) throw new UnreadableFieldError('nodes', `maxmemory of ${cacheClusterId} is 0`);
  return bytes;
};

/** A quarter: AWS's rule of thumb, for forks of the nodes themselves. */
const ADVISED_RESERVE = 0.25;

export interface Reserve {
  /** `reserved-memory-percent 25`. */
  text: string;
  /** What would be left for data if a quarter of the node were reserved, at most what is left now. */
  advisedBytes: number;
}

/** @throws {UnreadableFieldError} the parameters tell no reserve */
export const reserveOf = (capacityBytes: number, parameters: FactValues['parameters']): Reserve => {
  const percent = optionalNumberField(parameters, 'reserved-memory-percent', 'parameters');
  if (percent !== undefined && percent < 100) {
    const wholeBytes = capacityBytes / (1 - percent / 100);
    return { text: `reserved-memory-percent ${percent}`, advisedBytes: advised(capacityBytes, wholeBytes) };
  }
  // The older of the two, in bytes: groups have one or the other.
  const reservedBytes = optionalNumberField(parameters, 'reserved-memory', 'parameters');
  if (reservedBytes === undefined)
    throw new UnreadableFieldError('parameters', 'they tell neither reserved-memory-percent nor reserved-memory');
  return {
    text: `reserved-memory ${reservedBytes}`,
    advisedBytes: advised(capacityBytes, capacityBytes + reservedBytes),
  };
};

const advised = (capacityBytes: number, wholeBytes: number): number =>
  Math.min(capacityBytes, wholeBytes * (1 - ADVISED_RESERVE));
