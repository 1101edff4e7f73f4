import { invalidCombination, invalidValue } from './errors.ts';

export interface PageRequest {
  /** 20 to 100, default 100. */
  MaxRecords?: number;
  Marker?: string;
}

export interface Page<T> {
  items: T[];
  /** There is more: send it with the next request. */
  Marker?: string;
}

const FEWEST = 20;
const MOST = 100;

/**
 * One page of a list whose order is given. The marker names the last item that was served, so that items which come or go
 * between two pages neither repeat nor hide others.
 * @param scope what the list is of: a marker serves the same question only.
 * @throws {ElastiCacheError} InvalidParameterValue, InvalidParameterCombination
 */
export const page = <T>(
  list: readonly T[],
  { request, scope, keyOf }: { request: PageRequest; scope: string; keyOf: (item: T) => string },
): Page<T> => {
  const most = request.MaxRecords ?? MOST;
  if (most < FEWEST || most > MOST) {
    throw invalidValue(`Invalid value ${most} for MaxRecords. Must be between ${FEWEST} and ${MOST}`);
  }
  const from = request.Marker === undefined ? 0 : positionAfter(decode(request.Marker, scope), list.map(keyOf));
  const items = list.slice(from, from + most);
  const last = items.at(-1);
  const more = last !== undefined && from + items.length < list.length;
  return more ? { items, Marker: encode(scope, keyOf(last)) } : { items };
};

const positionAfter = (key: string, keys: readonly string[]): number => {
  const served = keys.indexOf(key);
  if (served === -1) throw invalidValue('The marker is no longer valid.');
  return served + 1;
};

const encode = (scope: string, key: string): string => Buffer.from(JSON.stringify([scope, key])).toString('base64url');

const decode = (marker: string, scope: string): string => {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(marker, 'base64url').toString());
  } catch {
    throw invalidValue('Invalid marker.');
  }
  if (!Array.isArray(parts) || typeof parts[1] !== 'string') throw invalidValue('Invalid marker.');
  if (parts[0] !== scope) throw invalidCombination('The marker belongs to another request.');
  return parts[1];
};
